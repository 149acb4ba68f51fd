"""A slow tracker, one object a track, written from the description of FairMOT's."""

from types import SimpleNamespace

import lap
import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

MOTION = np.eye(8) + np.eye(8, k=4)


def noise(height, position, aspect, velocity=None, aspect_velocity=None):
    std = [position * height, position * height, aspect, position * height]
    if velocity is not None:
        v = velocity * height
        std += [v, v, aspect_velocity, v]
    return np.diag(np.square(std))


def kalman_initiate(z):
    cov = noise(z[3], 2 / 20, 1e-2, 10 / 160, 1e-5)
    return np.concatenate([z, np.zeros(4)]), cov


def kalman_predict(mean, cov):
    process = noise(mean[3], 1 / 20, 1e-2, 1 / 160, 1e-5)
    return MOTION @ mean, MOTION @ cov @ MOTION.T + process


def kalman_project(mean, cov):
    return mean[:4], cov[:4, :4] + noise(mean[3], 1 / 20, 1e-1)


def kalman_update(mean, cov, z):
    projected, innovation_cov = kalman_project(mean, cov)
    gain = np.linalg.solve(innovation_cov, cov[:4]).T
    return mean + gain @ (z - projected), cov - gain @ innovation_cov @ gain.T


def kalman_gate(mean, cov, z):
    projected, innovation_cov = kalman_project(mean, cov)
    return (z - projected) @ np.linalg.solve(innovation_cov, z - projected)


def xyah(tlwh):
    x, y, w, h = tlwh
    return np.array([x + w / 2, y + h / 2, w / h, h])


def tlwh_of(mean):
    x, y, a, h = mean[:4]
    return np.array([x - a * h / 2, y - h / 2, a * h, h])


def iou_cost(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]) + 1
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]) + 1
    overlap = max(width, 0) * max(height, 0)
    union = (a[2] + 1) * (a[3] + 1) + (b[2] + 1) * (b[3] + 1) - overlap
    return 1 - overlap / union


def unit(vector):
    return vector / np.linalg.norm(vector)


def solve(rows, cols, cost_fn, limit):
    """Pairs, rows without a partner, columns without one."""
    if not rows or not cols:
        return [], rows, cols
    cost = np.array([[cost_fn(row, col) for col in cols] for row in rows])
    _, partner, _ = lap.lapjv(cost, extend_cost=True, cost_limit=limit)
    pairs = [(rows[i], cols[j]) for i, j in enumerate(partner) if j >= 0]
    free_cols = [col for j, col in enumerate(cols) if j not in set(partner)]
    return pairs, [row for i, row in enumerate(rows) if partner[i] < 0], free_cols


class PlainTracker:
    """The published tracker, lists and loops."""

    def __init__(self, score_thr=0.4, max_lost=30):
        self.score_thr, self.max_lost = score_thr, max_lost
        self.t = 0
        self.num_ids = 0
        self.tracked, self.lost, self.removed = [], [], set()

    def appearance_cost(self, track, det):
        if track.label != det.label:
            return np.inf
        gate = kalman_gate(track.mean, track.cov, xyah(det.tlwh))
        if gate > 9.4877:
            return np.inf
        a, b = track.embed.astype('f8'), det.embed.astype('f8')
        cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
        return 0.98 * max(0, 1 - cosine) + 0.02 * gate

    def position_cost(self, track, det):
        if track.label != det.label:
            return np.inf
        return iou_cost(tlwh_of(track.mean), det.tlwh)

    def doubled_cost(self, track, lost):
        if track.label != lost.label:
            return np.inf
        return iou_cost(tlwh_of(track.mean), tlwh_of(lost.mean))

    def match(self, track, det):
        track.mean, track.cov = kalman_update(track.mean, track.cov, xyah(det.tlwh))
        blend = np.float32(0.9) * track.embed + np.float32(0.1) * unit(det.embed)
        track.embed = unit(blend)
        if track.state == 'tracked':
            track.score = det.score
        track.state, track.confirmed, track.last = 'tracked', True, self.t

    def start(self, det):
        self.num_ids += 1
        mean, cov = kalman_initiate(xyah(det.tlwh))
        return SimpleNamespace(
            **vars(det), id=self.num_ids, mean=mean, cov=cov, state='tracked',
            confirmed=self.t == 1, first=self.t, last=self.t,
        )  # fmt: skip

    def read(self, boxes, embeds, labels):
        dets = []
        for box, embed, label in zip(boxes, embeds, labels, strict=True):
            if box[4] > np.float32(self.score_thr):
                tlwh = np.concatenate([box[:2], box[2:4] - box[:2]]).astype('f8')
                det = SimpleNamespace(
                    tlwh=tlwh, score=box[4], embed=unit(embed), label=label
                )
                dets.append(det)
        return dets

    def step(self, boxes, embeds, labels):
        """Rows of id, x, y, w, h, score for detections sorted by score."""
        self.t += 1
        dets = self.read(boxes, embeds, labels)
        pool = [track for track in self.tracked if track.confirmed] + self.lost
        for track in pool:
            if track.state != 'tracked':
                track.mean[7] = 0
            track.mean, track.cov = kalman_predict(track.mean, track.cov)
        pairs, rest, dets = solve(pool, dets, self.appearance_cost, 0.4)
        refound = [track for track, _ in pairs if track.state != 'tracked']
        for track, det in pairs:
            self.match(track, det)
        rest = [track for track in rest if track.state == 'tracked']
        pairs, newly_lost, dets = solve(rest, dets, self.position_cost, 0.5)
        unconfirmed = [track for track in self.tracked if not track.confirmed]
        pairs_3, dropped, dets = solve(unconfirmed, dets, self.position_cost, 0.7)
        for track, det in pairs + pairs_3:
            self.match(track, det)
        for track in newly_lost:
            track.state = 'lost'
        for track in dropped:
            track.state = 'removed'
        self.regroup([self.start(det) for det in dets], refound, newly_lost)
        self.drop_duplicates()
        return [
            [track.id, *tlwh_of(track.mean), track.score]
            for track in self.tracked
            if track.confirmed
        ]

    def regroup(self, born, refound, newly_lost):
        expired = [track for track in self.lost if self.t - track.last > self.max_lost]
        for track in expired:
            track.state = 'removed'
        kept = [track for track in self.tracked if track.state == 'tracked']
        self.tracked = kept + born + refound
        ids = {track.id for track in self.tracked}
        lost = [track for track in self.lost if track.id not in ids] + newly_lost
        self.lost = [track for track in lost if track.id not in self.removed]
        self.removed |= {track.id for track in expired}

    def drop_duplicates(self):
        gone = set()
        for track in self.tracked:
            for lost in self.lost:
                if self.doubled_cost(track, lost) < 0.15:
                    older = track.last - track.first > lost.last - lost.first
                    gone.add(lost.id if older else track.id)
        self.tracked = [track for track in self.tracked if track.id not in gone]
        self.lost = [track for track in self.lost if track.id not in gone]


@pytest.fixture
def plain_tracker():
    return PlainTracker


def random_scene(seed, num_frames=32):
    """Yield boxes (n, 5) by score, embeddings and labels of people who cross and hide.

    Hidden spells last up to 15 frames; some boxes are exact copies of another,
    some are ghosts of one frame, and similar people share an embedding. Every fourth
    scene is a crowd, every fourth has people of two classes, and in every fourth costs
    are exactly equal: places on a grid, one size, embeddings without noise.
    """
    rng = np.random.default_rng(seed)
    crowd, classes, ties = (seed % 4 == k for k in (1, 2, 3))
    num = int(rng.integers(16, 24) if crowd else rng.integers(3, 12))
    own = rng.standard_normal((max(2, num - rng.integers(0, 4)), 16))
    own = own[np.arange(num) % len(own)]
    label = np.arange(num) % 2 if classes else np.zeros(num, dtype=int)
    height = np.full(num, 96.0) if ties else rng.uniform(60, 150, num)
    start, speed = rng.uniform([0, 0], [500, 120], (num, 2)), rng.normal(0, 6, (num, 2))
    hidden_until = np.zeros(num)
    for t in range(num_frames // 2 if crowd else num_frames):
        hides = (hidden_until <= t) & (rng.random(num) < 0.06)
        hidden_until[hides] = t + rng.integers(1, 16, hides.sum())
        seen = np.flatnonzero(hidden_until <= t)
        corner = (start + speed * t + rng.normal(0, 2, (num, 2)))[seen]
        size = height[seen, None] * [0.4, 1]
        size = size * (1 if ties else rng.uniform(0.95, 1.05, (len(seen), 1)))
        spread = 0 if ties else rng.choice([0.1, 0.6])
        embeds = own[seen] + rng.normal(0, spread, (len(seen), 16))
        labels = label[seen]
        if ties:
            corner, size = np.round(corner / 8) * 8, np.round(size / 8) * 8
        if len(seen) > 1 and rng.random() < 0.2:
            corner[0], size[0] = corner[1], size[1]
            if ties:
                embeds[0] = embeds[1]
        if rng.random() < 0.2:
            corner = np.vstack([corner, rng.uniform(0, 400, (1, 2))])
            size = np.vstack([size, [[40, 100]]])
            embeds = np.vstack([embeds, rng.standard_normal((1, 16))])
            labels = np.append(labels, 0)
        score = np.sort(rng.uniform(0.2, 1, len(corner)))[::-1]
        boxes = np.column_stack([corner, corner + size, score]).astype('f4')
        unit_rows = embeds / np.linalg.norm(embeds, axis=1, keepdims=True)
        yield boxes, unit_rows.astype('f4'), labels


@pytest.fixture
def scene():
    return random_scene


@pytest.fixture
def make_sample():
    """Turn arrays into the data sample of a frame."""

    def make(boxes, embeds, frame_id, frame_rate=30, labels=None):
        boxes = torch.as_tensor(np.asarray(boxes, dtype=np.float32).reshape(-1, 5))
        labels = np.zeros(len(boxes)) if labels is None else labels
        sample = DetDataSample(
            metainfo={'frame_id': frame_id, 'frame_rate': frame_rate}
        )
        sample.pred_instances = InstanceData(
            bboxes=boxes[:, :4],
            scores=boxes[:, 4],
            labels=torch.as_tensor(np.asarray(labels, dtype=np.int64)),
            embeds=torch.as_tensor(np.asarray(embeds, dtype=np.float32)),
        )
        return sample

    return make
