"""Proof files, `merkle_proof`, and the commits that fix what they prove (sections 5 and 6)."""

import re
import struct
from decimal import ROUND_HALF_UP, Context

import trees
from canonical_json import Invalid, canonical, parse, require
from records import HASH, ID, TIME, check_record, count, digest_of, hash_of, items, key_of, keys, match, sha, text

CID = re.compile(r"b[a-z2-7]{20,100}")
MERKLE_PROOF = re.compile(r"0x([0-9a-f]{16})([0-9a-f]{16})((?:[0-9a-f]{64}){0,64})")


def check_commit(commit):
    """The form of a commit; its id."""
    v, seq, parents, size, records, entries, pack, author, time, message, _ = keys(
        commit,
        *["v", "seq", "parents", "size", "recordsRoot", "mapRoot", "packCid", "author", "time", "message", "evidence"],
    )
    count(v, 1, 1)
    count(seq, 1)
    for parent in items(parents, 16):
        match(parent, HASH)
    count(size)
    match(records, HASH)
    match(entries, HASH)
    match(pack, CID)
    text(author, 256, 1)
    match(time, TIME)
    text(message, 4096)
    return sha(canonical(commit).encode("utf-8")).hex()


def check_proof(data, root):
    """@returns ids that are in, and ids that are not"""
    root = re.sub("^0x", "", root.lower())
    form, v, records_root, map_root, size, commit, included, path, absent = keys(
        parse(data), "format", "v", "recordsRoot", "mapRoot", "size", "commit", "included", "path", "absent"
    )
    require(form == "zoo-proof", "format")
    count(v, 1, 1)
    hash_of(records_root)
    hash_of(map_root)
    size = count(size)
    items(included)
    items(absent)
    names = [records_root, map_root, size]
    if commit is not None:
        own = check_commit(commit)
        require([commit["recordsRoot"], commit["mapRoot"], commit["size"]] == names, "a commit of another library")
    if commit is None or own != root:
        require(root in (records_root, map_root), "another root")
        require(root != records_root or not absent, "absence does not follow from a recordsRoot")
        require(root == records_root or not included, "presence is proven by the recordsRoot")
    check_included(included, size, path, bytes.fromhex(records_root))
    for statement in absent:
        check_absent(statement, bytes.fromhex(map_root))
    return [item["record"]["id"] for item in included], [item["id"] for item in absent]


def check_included(included, size, path, root):
    leaves = []
    for item in included:
        record, index = keys(item, "record", "index")
        leaves.append((count(index), trees.leaf(digest_of(check_record(record)))))
    trees.check_many(leaves, size, hashes(path), root)


def hashes(joined):
    match(joined, re.compile("(?:[0-9a-f]{64})*"))
    return [bytes.fromhex(joined[place : place + 64]) for place in range(0, len(joined), 64)]


def check_absent(statement, root):
    identifier, siblings, end = keys(statement, "id", "siblings", "end")
    match(identifier, ID)
    beside = [None if sibling == "" else hash_of(sibling) for sibling in items(siblings, 256)]
    entry = None if end is None else tuple(hash_of(part) for part in keys(end, "key", "value"))
    trees.check_absent(key_of(identifier), beside, entry, root)


def from_paper(value):
    """@returns a record in the form of section 1, and its merkle_proof"""
    record = {"lineage": [], "evidence": [], **value}
    proof, model = record.pop("merkle_proof"), record.pop("embedding_model", "unknown")
    if isinstance(record["embedding"], list):
        numbers = [float(number) + 0.0 for number in record["embedding"]]
        dtype, letter = ("f32", "f") if all(is_short(number) for number in numbers) else ("f64", "d")
        digest = sha(struct.pack(f"<{len(numbers)}{letter}", *numbers)).hex()
        record["embedding"] = {"model": model, "dim": len(numbers), "dtype": dtype, "sha256": digest}
    return record, proof


def is_short(number):
    """Whether it is the decimal of fewest digits that rounds to its 32-bit float, of two as near the farther from 0."""
    single = as_single(number)
    for digits in range(1, 10):
        short = float(Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal_from_float(single))
        if as_single(short) == single:
            return short == number
    return False


def as_single(number):
    try:
        return struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return float("inf")


def check_merkle_proof(record, proof, root):
    """The proof of one record in the paper's form."""
    check_record(record)
    parts = MERKLE_PROOF.fullmatch(proof)
    if parts is None:
        raise Invalid("no merkle_proof")
    index, size, path = parts.groups()
    leaves = [(count(int(index, 16)), trees.leaf(digest_of(record)))]
    trees.check_many(leaves, count(int(size, 16)), hashes(path), root)
