#!/usr/bin/env python3
"""Runs a command and draws what a terminal would show: the pictures in docs/.

    tools/dev/terminal_picture.py './dev run examples/first_light.sql' > docs/first_light.svg
"""
import html
import subprocess
import sys

LINE = 17  # Pixels from one line to the next.
CHARACTER = 8.1  # Width of a character of 13 pixels, in the widest of the fonts.
MARGIN = 16


def text(row, line, colour):
    return f'<text x="{MARGIN}" y="{24 + row * LINE}" fill="{colour}">{html.escape(line, quote=False)}</text>'


def main():
    command = sys.argv[1]
    run = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    lines = run.stdout.splitlines()
    prompt = "$ " + command
    width = round(max(len(line) for line in [prompt, *lines]) * CHARACTER) + 2 * MARGIN
    height = (len(lines) + 1) * LINE + 24
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">')
    print(f'<rect width="{width}" height="{height}" rx="8" fill="#14181d"/>')
    print('<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13" xml:space="preserve">')
    print(text(0, prompt, "#7fd1b9"))
    for row, line in enumerate(lines, start=1):
        print(text(row, line, "#d7dde4"))
    print("</g>\n</svg>")


main()
