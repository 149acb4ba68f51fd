"""Compare the speed from a video file to tracks with that of Ultralytics, in turn.

    python tools/dev/peer_speed.py VIDEO --peer-python PYTHON

PYTHON is the interpreter of an environment with Ultralytics, which is no dependency of
this project. Its smallest detector has random weights here, whose scores are shifted so
that about 30 boxes of the first frame reach its tracker: the table compares time alone.
Each run is a process of its own; opening the model and the first frames do not count.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = """
import itertools, json, sys, time
from fairmot_mm.apis import TrackInferencer
video, folder, frames, warmup, backend = sys.argv[1:]
frames, warmup = int(frames), int(warmup)
options = {} if backend == 'default' else {'inference.backend': backend}
inferencer = TrackInferencer(device='cpu', cfg_options=options)
run = inferencer(video, out_dir=folder, save_video=False)
for _ in itertools.islice(run, warmup):
    pass
start = time.perf_counter()
for _ in itertools.islice(run, frames):
    pass
run.close()
print(json.dumps(time.perf_counter() - start))
"""
ULTRALYTICS = """
import json, sys, time
import cv2, torch
from ultralytics import YOLO
video, folder, frames, warmup, size = sys.argv[1:]
frames, warmup, size = int(frames), int(warmup), int(size)
torch.manual_seed(0)
model = YOLO('yolo11n.yaml')
head = model.model.eval().model[-1]
_, image = cv2.VideoCapture(video).read()
with torch.no_grad():
    height = 32 * round(size * image.shape[0] / image.shape[1] / 32)
    image = torch.from_numpy(cv2.resize(image, (size, height))).permute(2, 0, 1)[None]
    scores = model.model(image.float() / 255)[0][0, 4:].amax(0)
    limit = torch.logit(scores.sort(descending=True).values[30])
    for branch in head.cv3:
        branch[-1].bias -= limit
with open(f'{folder}/tracks.txt', 'w') as out:
    options = dict(imgsz=size, conf=0.5, device='cpu', stream=True, verbose=False)
    for number, result in enumerate(model.track(video, **options), 1):
        if number == warmup:
            start = time.perf_counter()
        if result.boxes.id is not None:
            for each, box in zip(result.boxes.id.tolist(), result.boxes.xyxy.tolist()):
                print(number, int(each), *box, sep=',', file=out)
        if number == warmup + frames:
            break
print(json.dumps(time.perf_counter() - start))
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('video')
    parser.add_argument('--peer-python', required=True, help='with Ultralytics')
    parser.add_argument(
        '--backends', nargs='+', default=['default'], help='of ours [default]'
    )
    parser.add_argument(
        '--sizes', nargs='+', default=['640', '512'], help="widths of the peer's input"
    )
    parser.add_argument('--frames', type=int, default=100)
    parser.add_argument('--warmup', type=int, default=10)
    parser.add_argument('--rounds', type=int, default=3)
    return parser.parse_args()


def measure(python: str, code: str, args: argparse.Namespace, choice: str) -> float:
    """Run one of the programs above, and return its frames a second."""
    with tempfile.TemporaryDirectory() as folder:
        words = [python, '-c', code, str(Path(args.video).resolve()), folder]
        words += [str(args.frames), str(args.warmup), choice]
        found = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return args.frames / json.loads(found.stdout.splitlines()[-1])


def main() -> None:
    """Measure all in turn, and print a table."""
    args = parse_args()
    runs = {
        f'light model, {name}': (sys.executable, OURS, name) for name in args.backends
    }
    runs |= {
        f'YOLO11n and BoT-SORT at {size}': (args.peer_python, ULTRALYTICS, size)
        for size in args.sizes
    }
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(args.rounds):
        for name, (python, code, choice) in runs.items():
            found[name].append(measure(python, code, args, choice))
    print('| file to tracks | frames/s, median | least to most |\n|---|---|---|')
    for name, rates in found.items():
        spread = f'{min(rates):.1f} to {max(rates):.1f}'
        print(f'| {name} | {statistics.median(rates):.1f} | {spread} |')


if __name__ == '__main__':
    main()
