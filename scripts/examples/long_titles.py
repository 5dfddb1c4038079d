#!/usr/bin/env python3
# Lists the entries of a sheet whose title is too long.
#
# Arguments come as one JSON object on stdin. Messages go to descriptor 3, one JSON object a line; a child process of this
# script inherits the descriptor only with pass_fds=[3]. By hand: echo '{}' | ./long_titles.py 3>&1
import csv
import json
import os
import sys

args = json.load(sys.stdin)
limit = args.get("limit", 60)
messages = os.fdopen(3, "w", buffering=1, encoding="utf-8")


def send(**message):
    print(json.dumps(message), file=messages)


file = os.path.join("sheets", args.get("sheet", "published"), "experiences.csv")
if not os.path.exists(file):
    # `failure` gives the reason. Exit code 65 means bad input, which a retry does not fix; 75 means that a retry may
    # work.
    send(type="failure", message=f"There is no {file}. Choose another sheet.")
    sys.exit(65)

with open(file, encoding="utf-8-sig", newline="") as sheet:
    rows = list(csv.DictReader(sheet))

long = 0
for at, row in enumerate(rows, start=1):
    if len(row["title"]) > limit:
        long += 1
        send(type="row", ref=f"Experiences!{at + 1}", outcome="long", message=row["title"])
    send(type="progress", done=at, total=len(rows), phase="read")

print(f"{long} of {len(rows)} titles have more than {limit} characters")
send(type="result", data={"titles": len(rows), "long": long})
