#!/usr/bin/env bash
# Ingest the footage that ships, search it four times, and show where the answers are.
set -euo pipefail
cd "$(dirname "$0")"
export PASSERBY_DATA=${PASSERBY_DATA:-../data/demo}
mkdir -p "$PASSERBY_DATA"
street=$(python -c 'from importlib.resources import files; print(files("ultralytics") / "assets" / "bus.jpg")')

echo "== Two rendered cameras and a photograph of a street"
passerby ingest north-gate.mp4 --camera north-gate
passerby ingest station-hall.mp4 --camera station-hall
passerby ingest "$street" --camera street

number=0
ask() {
    number=$((number + 1))
    echo; echo "== passerby search \"$1\""
    passerby search "$1" --top 4 --sheet "$PASSERBY_DATA/answer-$number.png"
}
ask "woman with blonde hair in a red jacket and blue jeans"
ask "yellow hi-vis vest and a helmet"
ask "man with sunglasses in a beige fleece jacket and jeans"
ask "someone in purple trousers and a green hat"

cat <<EOT

The contact sheets are $(cd "$PASSERBY_DATA" && pwd)/answer-1.png to answer-$number.png; open them.
Now your own footage:
  .venv/bin/passerby ingest YOUR.mp4 --camera front-door
  .venv/bin/passerby search "man in a black coat with a backpack" --sheet found.png
EOT
