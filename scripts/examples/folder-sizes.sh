#!/bin/sh
# Measures the folders in the data folder, which is the working directory of every operation.
#
# The output on stdout and stderr is the job's log. Messages go to descriptor 3, one JSON object a line; write `>&3` and not
# `> /dev/fd/3`, since the descriptor may be a socket. By hand: ./folder-sizes.sh 3>&1
set -eu

set -- sheets backups uploads logs
measured=0
sum=0
for folder do
  kib=$(du -sk "$folder" | cut -f 1)
  sum=$((sum + kib))
  measured=$((measured + 1))
  echo "$folder takes $kib KiB"
  printf '{"type":"row","ref":"%s","outcome":"measured","message":"%s KiB"}\n' "$folder" "$kib" >&3
  printf '{"type":"progress","done":%s,"total":%s,"phase":"measure"}\n' "$measured" "$#" >&3
done

# The result of a successful run, for the job's page and the API.
printf '{"type":"result","data":{"folders":%s,"kib":%s}}\n' "$measured" "$sum" >&3
