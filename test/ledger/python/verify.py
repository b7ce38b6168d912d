"""A second implementation of docs/ledger-format.md: verification, with Python's standard library alone (3.8 or newer).

    python3 verify.py vectors FILE              every vector of the format; exits 1 at the first that does not hold
    python3 verify.py proof FILE ROOT           a proof file, from a root that is trusted
    python3 verify.py difference FILE OLD NEW   a certificate, from two mapRoots
    python3 verify.py history FILE OLD NEW      a consistency file, from two files with checkpoints
    python3 verify.py checkpoint FILE KEY       a signed checkpoint, from a verifier key
    python3 verify.py library FOLDER...         libraries: records, versions, packs, signatures, log
    python3 verify.py snapshot FILE...          published versions, each in a CAR
    python3 verify.py run FOLDER [LIBRARY]      a run: its journal, and what the evidence of a library names in it
    python3 verify.py cases                     what stands on stdin, a JSON array [kind, bytes in base 64, …] a line

It prints what was shown as JSON, or `refused: why` and exits 5. `cases` prints a line for each, null for refused.
"""

import base64
import json
import sys
from pathlib import Path

import certificates
import checkpoints
import proofs
import records
import runs
import snapshot
import store
from canonical_json import Invalid, canonical, parse
from vectors import check_vectors


def show_difference(data, before, after):
    changes = certificates.check_certificate(data, bytes.fromhex(before), bytes.fromhex(after))
    return [[identifier, *(one and one.hex() for one in digests)] for identifier, digests in changes]


def show_checkpoint(data, key):
    origin, size, root = checkpoints.check_note(utf8(data), key)
    return [origin, size, root.hex()]


def show_merkle_proof(data, proof, root):
    proofs.check_merkle_proof(parse(data), proof, bytes.fromhex(root))


def utf8(data):
    try:
        return data.decode("utf-8") if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        raise Invalid("no UTF-8") from error


CHECKS = {
    "proof": proofs.check_proof,
    "difference": show_difference,
    "history": lambda data, older, newer: checkpoints.check_history(data, utf8(older), utf8(newer)),
    "checkpoint": show_checkpoint,
    "merkle-proof": show_merkle_proof,
    "signature": lambda data, commit: checkpoints.check_commit_signature(commit, parse(data)),
    "record": lambda data: records.digest_of(records.check_record(parse(data))).hex(),
    "canonical": lambda data: canonical(parse(data)),
}


def check_cases(lines):
    for line in lines:
        kind, data, *trusted = json.loads(line)
        try:
            print(json.dumps([CHECKS[kind](base64.b64decode(data), *trusted)]))
        except Invalid:
            print("null")


def main(command, *arguments):
    if command == "vectors":
        return check_vectors(*arguments)
    if command == "cases":
        return check_cases(sys.stdin)
    if command == "library":
        return show_all(store.check_library, [[folder] for folder in arguments])
    if command == "snapshot":
        return show_all(lambda file: snapshot.check_snapshot(Path(file).read_bytes()), [[file] for file in arguments])
    if command == "run":
        return show_all(runs.check_run, [arguments])
    file, *trusted = arguments
    if command == "history":
        trusted = [Path(name).read_bytes() for name in trusted]
    show_all(CHECKS[command], [[Path(file).read_bytes(), *trusted]])


def show_all(check, calls):
    refused = False
    for arguments in calls:
        try:
            print(json.dumps(check(*arguments)))
        except Invalid as why:
            refused = True
            print(f"refused: {why}")
    sys.exit(5 if refused else 0)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
