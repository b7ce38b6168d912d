"""The record: its form, its key and its digest (sections 1 and 2)."""

import hashlib
import re
import struct
import unicodedata
from datetime import datetime

from canonical_json import Invalid, LARGEST_INTEGER, canonical, is_integer, require

ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
HASH = re.compile(r"[0-9a-f]{64}")
DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z")


def sha(data):
    return hashlib.sha256(data).digest()


def key_of(identifier):
    return sha(identifier.encode("ascii"))


def digest_of(record):
    return sha(canonical(record).encode("utf-8"))


def id_of(domain, text):
    return "exp_" + sha((domain + "\0" + text).encode("utf-8")).hex()[:16]


# What a value must look like


def keys(value, *names):
    """The members of an object with exactly these keys."""
    require(isinstance(value, dict) and set(value) == set(names), "other keys than " + ", ".join(names))
    return [value[name] for name in names]


def text(value, longest, shortest=0):
    # Python counts code points, as the page does.
    require(isinstance(value, str) and shortest <= len(value) <= longest, f"no text of at most {longest} characters")
    return value


def match(value, pattern, longest=None):
    require(isinstance(value, str) and pattern.fullmatch(value), "a text of another form")
    require(longest is None or len(value) <= longest, "too long")
    return value


def count(value, least=0, most=LARGEST_INTEGER):
    require(is_integer(value) and least <= value <= most, "no count")
    return int(value)


def items(value, most=None):
    require(isinstance(value, list) and (most is None or len(value) <= most), "no list, or too long a one")
    return value


def hash_of(value):
    return bytes.fromhex(match(value, HASH))


def check_record(record):
    """The table of section 1."""
    identifier, domain, says, confidence, examples, metadata, embedding, lineage, evidence = keys(
        record, "id", "domain", "text", "confidence", "examples", "metadata", "embedding", "lineage", "evidence"
    )
    match(identifier, ID)
    match(domain, DOMAIN, 128)
    text(says, 1024, 1)
    require(isinstance(confidence, (int, float)) and not isinstance(confidence, bool), "confidence")
    require(0 <= confidence <= 1, "confidence")
    for example in items(examples, 16):
        for part in keys(example, "input", "output"):
            text(part, 4096)
    created_at, created_by, votes, usage_count = keys(metadata, "created_at", "created_by", "votes", "usage_count")
    match(created_at, TIME)
    text(created_by, 256)
    for votes_or_uses in [*keys(votes, "upvotes", "downvotes"), usage_count]:
        count(votes_or_uses)
    if embedding is not None:
        model, dim, dtype, digest = keys(embedding, "model", "dim", "dtype", "sha256")
        text(model, 256)
        count(dim, 1, 65536)
        require(dtype in ("f32", "f64"), "dtype")
        match(digest, HASH)
    for ancestor in items(lineage, 64):
        match(ancestor, ID)
    for origin in items(evidence, 64):
        run, step, group, rollouts, model, prompts = keys(
            origin, "run", "step", "group", "rollouts", "model", "prompt_hash"
        )
        text(run, 256)
        count(step)
        text(group, 1024)
        for rollout in items(rollouts, 4096):
            text(rollout, 128)
        text(model, 1024)
        text(prompts, 128)
    return record


UNFIT = ("Cc", "Cf", "Co", "Zl", "Zp")
INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u3164\uffa0"


def is_unfit(character):
    return (
        unicodedata.category(character) in UNFIT
        or character in INVISIBLE
        or "\ufe00" <= character <= "\ufe0d"
        or "\U000e0000" <= character <= "\U000e0fff"
    )


def check_contents(record):
    """What no library holds, beyond the table. Words are not counted: that takes the tables of Unicode's Annex 29."""
    try:
        datetime.strptime(record["metadata"]["created_at"][:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError as error:
        raise Invalid("no day of the calendar") from error
    examples = [part for example in record["examples"] for part in example.values()]
    for value in strings(record):
        require(unicodedata.is_normalized("NFC", value), "not in normal form C")
    for value in strings({name: member for name, member in record.items() if name != "examples"}):
        require(not any(is_unfit(character) for character in value), "unfit characters")
    for value in examples:
        plain = value.replace("\n", " ").replace("\t", " ")
        require(not any(is_unfit(character) for character in plain), "unfit characters")


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for member in value.values() if isinstance(value, dict) else value:
            yield from strings(member)


def check_vector(embedding, data):
    """That bytes are the vector that a record names; the numbers."""
    width, letter = (4, "f") if embedding["dtype"] == "f32" else (8, "d")
    require(len(data) == embedding["dim"] * width, "a vector of another length")
    require(sha(data).hex() == embedding["sha256"], "another vector")
    return struct.unpack(f"<{embedding['dim']}{letter}", data)
