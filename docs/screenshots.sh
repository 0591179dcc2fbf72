#!/bin/sh
# Takes the pictures of docs/ from the running program: needs Xvfb, xdotool and ImageMagick.
# Usage: docs/screenshots.sh PROGRAM PHOTO
set -eu
program=$1
photo=$2
for tool in Xvfb xdotool import convert; do
	command -v $tool >/dev/null || { echo "$tool is missing: apt-get install xvfb xdotool imagemagick"; exit 1; }
done
home=$(mktemp -d)
export DISPLAY=:97 XDG_DATA_HOME="$home/data" XDG_STATE_HOME="$home/state"
Xvfb :97 -screen 0 1280x800x24 >/dev/null 2>&1 &
screen=$!
trap 'kill $screen 2>/dev/null; rm -rf "$home"' EXIT
sleep 1

# shot NAME INPUT...: starts the program, gives it the input (words of xdotool), takes the picture.
shot() {
	name=$1
	shift
	"$program" "$photo" >/dev/null 2>&1 &
	running=$!
	sleep 5
	# Out of the way: no tooltip.
	xdotool mousemove 1279 799
	xdotool windowfocus "$(xdotool search --onlyvisible --pid $running | tail -1)"
	for input in "$@"; do
		# Words of their own: not quoted.
		xdotool $input
		sleep 1
	done
	sleep 4
	import -window root "$home/$name.png"
	convert "$home/$name.png" -quality 88 "docs/$name.jpg"
	kill $running
	wait $running 2>/dev/null || true
}

shot window
shot compare "key g"
shot learn "mousemove 494 24 click 1" "mousemove 1279 799"
