"""Hashes of what every preset sounds and looks like: ten seconds of samples, five seconds of pictures at 320x180.

python -m tools.rig.preset_hashes [-o FILE]                     of this tree
python -m tools.rig.preset_hashes --tree OTHER [-o FILE]        of another checkout that is set up
python -m tools.rig.preset_hashes --compare FILE                exits with 1 and names every preset that differs
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOUND = ["--seconds", "10", "--depth", "float"]
FILM = ["--seconds", "5", "--size", "320x180", "--fps", "30"]
FIGURE = "media/figure.mp4"  # stands for the camera, which a bounce refuses


def phosphene(tree: Path) -> str:
    """The command of a checkout."""
    return str(
        next(path for path in (tree / ".venv/bin/phosphene", tree / ".venv/Scripts/phosphene.exe") if path.exists())
    )


def preset_names(tree: Path) -> list[str]:
    listed = subprocess.run([phosphene(tree), "presets", "--json"], stdout=subprocess.PIPE, check=True, text=True)
    return [preset["name"] for preset in json.loads(listed.stdout)]


def bounce(tree: Path, preset: str, out: str, options: list[str]) -> dict[str, object]:
    """The run record of a bounce of the synth through a preset."""
    figure = next(tree.rglob(f"presets/{FIGURE}"))
    options = options + (["--set", f"media={figure}"] if preset == "camera" else [])
    with tempfile.TemporaryDirectory() as folder:
        words = [phosphene(tree), "bounce", "--source", "synth", "--seed", "7", "--preset", preset, "-o", out, *options]
        subprocess.run(words, cwd=folder, stdout=subprocess.DEVNULL, check=True)
        return json.loads(Path(folder, "run.json").read_text())


def hashes(tree: Path) -> dict[str, dict[str, object]]:
    found = {}
    for preset in preset_names(tree):
        sound, film = bounce(tree, preset, "sound.wav", SOUND), bounce(tree, preset, "film.mp4", FILM)
        found[preset] = {"samples_sha256": sound["samples_sha256"], "pictures_sha256": film["pictures_sha256"]}
        sys.stderr.write(f"{preset}\n")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, default=ROOT, help="a checkout that is set up (default: this one)")
    parser.add_argument("-o", "--output", type=Path, help="write the hashes to this JSON file")
    parser.add_argument("--compare", type=Path, help="compare with the hashes in this JSON file")
    args = parser.parse_args()
    found = hashes(args.tree.resolve())
    text = json.dumps(found, indent=2) + "\n"
    if args.output:
        args.output.write_text(text)
    else:
        sys.stdout.write(text)
    if not args.compare:
        return 0
    before = json.loads(args.compare.read_text())
    different = [name for name in before if found.get(name) != before[name]]
    for name in different:
        sys.stderr.write(f"{name}: differs\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
