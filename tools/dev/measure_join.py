"""Measure what splitting a video into chunks changes in its tracks.

    python tools/dev/measure_join.py VIDEO FOLDER --chunk-seconds 8 -- --device cpu

The video is tracked as a whole and in chunks. The scores are those of the joined tracks
with the tracks of the whole video as ground truth: 100 is no error.
"""

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path

from fairmot_mm.evaluation import OVERALL, SequenceTracks, evaluate_sequences
from fairmot_mm.utils import read_mot

ROOT = Path(__file__).resolve().parents[2]


def track(args: argparse.Namespace, out: Path, *options: object) -> dict:
    """Track the video; gives its record."""
    manifest = args.folder / 'list.txt'
    manifest.write_text(f'{args.video.absolute()}\n')
    tool = ROOT / 'tools' / 'track_many.py'
    command = [sys.executable, tool, manifest, '--out', out, '--workers', args.workers]
    subprocess.run([*map(str, [*command, *options, *args.options])], check=True)
    (record,) = (out / 'records').glob('*.json')
    return json.loads(record.read_text())


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('video', type=Path)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--chunk-seconds', type=float, nargs='+', default=[8.0])
    parser.add_argument('--shared-seconds', type=float, default=4.0)
    parser.add_argument('--workers', type=int, default=2)
    own, _, options = ' '.join(map(shlex.quote, sys.argv[1:])).partition(' -- ')
    args = parser.parse_args(shlex.split(own))
    args.options = shlex.split(options)
    return args


def main() -> None:
    """Run the tool."""
    args = parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    whole = track(args, args.folder / 'whole', '--no-split')
    truth = read_mot(args.folder / 'whole' / f'{whole["name"]}.txt')
    print(f'whole: {whole["frames"]} frames, {whole["people"]} people')
    for seconds in args.chunk_seconds:
        out = args.folder / f'chunks-{seconds:g}'
        shared = '--shared-seconds', args.shared_seconds
        record = track(args, out, '--chunk-seconds', seconds, *shared)
        rows = read_mot(out / f'{record["name"]}.txt')
        pair = SequenceTracks(record['name'], truth, rows, whole['frames'])
        scores = evaluate_sequences([pair])[OVERALL]
        print(
            f'{seconds:g} s: {len(record["chunks"] or [1])} chunks, '
            f'{record["people"]} people, IDF1 {100 * scores["IDF1"]:.2f}, '
            f'MOTA {100 * scores["MOTA"]:.2f}, IDSW {scores["IDSW"]:.0f}'
        )


if __name__ == '__main__':
    main()
