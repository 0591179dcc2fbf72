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
export DISPLAY=:97 XDG_DATA_HOME="$home/data" XDG_STATE_HOME="$home/state" XDG_CONFIG_HOME="$home/config"
# It would begin anew, for an instant without a display, whenever the last client has left.
Xvfb :97 -screen 0 1280x800x24 -noreset >/dev/null 2>&1 &
screen=$!
trap 'kill $screen 2>/dev/null; rm -rf "$home"' EXIT
sleep 1

# shot NAME THEME INPUT...: starts the program anew, gives it the input (words of xdotool), takes the
# picture.
shot() {
	name=$1
	theme=$2
	shift 2
	rm -rf "$home/data" "$home/state" "$home/config"
	mkdir -p "$home/config/understudy"
	echo "{\"theme\": \"$theme\"}" > "$home/config/understudy/settings.json"
	"$program" "$photo" >/dev/null 2>&1 &
	running=$!
	# The title has the photo's name once it is open.
	until window=$(xdotool search --onlyvisible --name "$(basename "$photo")"); do sleep 0.5; done
	sleep 4
	# Out of the way: no tooltip.
	xdotool mousemove 1279 799 windowfocus "$(echo "$window" | tail -1)"
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

shot window dark
shot light light "key y"
shot columns dark "key Tab" "key ctrl+1"
shot part dark "mousemove 126 418 click 1" "mousemove 1071 246 click 1" "mousemove 1069 306 click 1" \
	"mousemove 1279 799"
shot compare dark "key g"
shot learn dark "mousemove 611 24 click 1" "mousemove 1279 799"
shot settings dark "key ctrl+comma"
shot keys dark "key question"
