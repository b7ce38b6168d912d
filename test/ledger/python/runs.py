"""A run's folder (docs/run-format.md): that its journal is whole, and what an experience's evidence names in it."""

import json
import zlib
from pathlib import Path

from canonical_json import Invalid, canonical, require
from records import sha
from store import read_working

SUM = b'{"sum":"'


def hex_of(value):
    return sha(canonical(value).encode("utf-8")).hex()


def crc(data):
    return f"{zlib.crc32(data):08x}"


def read_journal(path):
    # What stands behind the last line feed was torn by a crash.
    for line in path.read_bytes().split(b"\n")[:-1]:
        # The checksum is that of the object without it.
        require(line.startswith(SUM) and line[16:18] == b'",', "a line of another form")
        require(line[8:16].decode("ascii") == crc(b"{" + line[18:]), "a line that was changed")
        yield json.loads(line)


def check_run(path, library=None):
    """@returns the run's fingerprint, entries of each type, and how many rollouts the library's evidence names"""
    try:
        return check_folder(Path(path), library)
    except (KeyError, IndexError, TypeError, ValueError, OSError) as error:
        raise Invalid(f"{type(error).__name__}: {error}") from error


def check_folder(folder, library):
    journal = list(read_journal(folder / "journal.jsonl"))
    of_type = {kind: [entry for entry in journal if entry["type"] == kind] for kind in ("message", "call", "rollout")}
    for entry in of_type["message"]:
        content = sha(entry["content"].encode("utf-8")).hex()
        require(entry["digest"] == hex_of({"role": entry["role"], "content": content, "images": []}), "a message")
    known = {entry["digest"] for entry in of_type["message"]}
    texts = {}
    for call in of_type["call"]:
        require(set(call["messages"]) <= known, "a call with messages that are not there")
        if call["purpose"]["stage"] == "rollout":
            place = call["purpose"]["step"], call["purpose"]["item"], call["sample"]["index"]
            texts[place] = call["result"].get("text", "")
    rollouts = {}
    for entry in of_type["rollout"]:
        step, problem, sample = entry["step"], entry["problemId"], entry["sample"]
        told = {"problem": problem, "sample": sample, "text": texts[step, problem, sample], "outcome": entry["outcome"]}
        require(entry["digest"] == hex_of(told), "a rollout whose transcript is another one")
        rollouts[entry["digest"]] = step, problem
    check_checkpoint((folder / "checkpoint.json").read_bytes(), (folder / "journal.jsonl").stat().st_size)
    record = json.loads((folder / "run.json").read_bytes())
    named = [] if library is None else list(check_evidence(Path(library), record, rollouts))
    return [record["fingerprint"], {kind: len(entries) for kind, entries in of_type.items()}, len(named)]


def check_checkpoint(data, journal):
    head, _, state = data.partition(b',"state":')
    checkpoint = json.loads(head + b"}")
    require(checkpoint["v"] == 1 and checkpoint["journal"] <= journal, "a checkpoint of another journal")
    require(checkpoint["sum"] == crc(state[: -len(b"}\n")]), "a checkpoint that was changed")


def check_evidence(folder, record, rollouts):
    for experience in read_working(folder).values():
        for origin in experience["evidence"]:
            if origin["run"] != record["fingerprint"]:
                continue
            require(origin["prompt_hash"] == record["prompts"]["hash"], "evidence of other prompts")
            for digest in origin["rollouts"]:
                require(rollouts[digest] == (origin["step"], origin["group"]), "evidence of another group")
                yield digest
