#!/usr/bin/env bash
# A flat WebDataset shard of MS-Celeb-1M's identities reads as a single sample.
#
# Expected: a shard whose members are called IDENTITY-NUMBER.jpg and IDENTITY-NUMBER.cls gives one sample
#   an image, keyed by what stands before the ending.
# What happens: the key ends at the FIRST dot of the file's name. MS-Celeb-1M's identities all begin with
#   "m." (they are Freebase ids such as m.0107_f), so every key is "m", and the images of all people land
#   in one sample, whose keys are the rest of the names. No error, no warning.
# Version: webdataset 1.0.2, 2026-11-28.
# Why it matters: a training set of one sample, or, with other names that hold dots, people who were joined
#   in silence. Put identities into folders within the shard (dots there do no harm) or replace the dot.
set -euo pipefail
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
python3 -m venv "$t/venv"
"$t/venv/bin/pip" install --quiet --disable-pip-version-check webdataset==1.0.2 numpy
cd "$t"
"$t/venv/bin/python" - <<'PY'
import io
import sys
import tarfile

import webdataset


def samples(path, name):
    with tarfile.open(path, "w") as shard:
        for identity in ("m.0107_f", "m.0107_g", "m.02xyz"):
            for number in range(2):
                for ending in ("jpg", "cls"):
                    member = tarfile.TarInfo(name.format(identity, number, ending))
                    content = f"{identity} {number}".encode()
                    member.size = len(content)
                    shard.addfile(member, io.BytesIO(content))
    return list(webdataset.WebDataset(path, shardshuffle=False))


flat = samples("flat.tar", "{}-{}.{}")
folders = samples("folders.tar", "{}/{}.{}")
print(f"identity in the file's name: expected 6 samples, got {len(flat)}, key {flat[0]['__key__']!r}")
print(f"identity as a folder:        expected 6 samples, got {len(folders)}")
same = len(flat) == 1 and flat[0]["__key__"] == "m" and len(folders) == 6
print("as described above" if same else "THE BEHAVIOUR HAS CHANGED")
sys.exit(not same)
PY
