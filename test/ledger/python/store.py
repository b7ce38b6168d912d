"""A library's folder (section 8): its records in both layouts, its versions, their packs, signatures and log."""

import base64
from pathlib import Path

import checkpoints
import signatures as schemes
import trees
from canonical_json import Invalid, canonical, parse, require
from proofs import check_commit
from records import check_contents, check_record, check_vector, digest_of, key_of, keys, sha

LINE_END = b"\n"


def cid_of(data):
    return "b" + base64.b32encode(b"\x01\x55\x12\x20" + sha(data)).decode("ascii").rstrip("=").lower()


def file_name(identifier):
    name = identifier.replace(":", "%3A")
    return ("%2E" + name[1:] if name.startswith(".") else name) + ".json"


def roots_of(records):
    """@param records by id @returns size, recordsRoot, mapRoot"""
    entries = sorted((key_of(identifier), digest_of(record)) for identifier, record in records.items())
    return len(entries), trees.tree([digest for _, digest in entries]).hex(), trees.map_root(entries).hex()


def lines_of(data):
    require(data == b"" or data.endswith(LINE_END), "the last line has no end")
    return data.split(LINE_END)[:-1]


def read_header(folder):
    header = parse((folder / "library.json").read_bytes())
    require((header["format"], header["v"]) == ("zoo-library", 1), "no library")
    return header


def read_working(folder):
    """@returns the records by id, in the order of the prompt"""
    require(not (folder / ".zoo/pending.jsonl").exists(), "a change is under way: let zoo carry it out first")
    header = read_header(folder)
    read = {"files": read_files, "shards": read_shards}[header["layout"]]
    order = (folder / "order.txt").read_bytes() if (folder / "order.txt").exists() else b""
    return arrange(dict(read(folder / "records")), [line.decode("ascii") for line in lines_of(order)])


def read_files(folder):
    for path in sorted(folder.glob("*.json")):
        record = check_record(parse(path.read_bytes()))
        require(path.name == file_name(record["id"]), f"{path} holds {record['id']}")
        yield record["id"], record


def read_shards(folder):
    for path in sorted(folder.glob("*.jsonl")):
        yield from read_shard(path.read_bytes(), path.stem)


def read_shard(data, shard):
    last = b""
    for line in lines_of(data):
        record = check_record(parse(line))
        key = key_of(record["id"])
        require(canonical(record).encode("utf-8") == line, "a line that is not canonical")
        require(last < key and key.hex().startswith(shard), "a record out of its place")
        last = key
        yield record["id"], record


def arrange(records, order):
    """In an order; what that does not name comes last, the oldest first."""
    others = sorted(records, key=lambda identifier: (records[identifier]["metadata"]["created_at"], identifier))
    return {one: records[one] for one in [*order, *others] if one in records}


def read_pack(read, cid, versions):
    """@param read the bytes of a file in packs/ @param versions records by id of earlier versions, by commit
    @returns the records of this one by id, in order"""

    def part(name):
        data = read(f"{name}.jsonl")
        require(cid_of(data) == name, f"the pack {name} has another CID")
        return data

    first, *lines = [parse(line) for line in lines_of(part(cid))]
    require(first["v"] == 1, "a pack of another kind")
    if "shards" in first:
        records = {}
        for shard, name in first["shards"].items():
            records.update(read_shard(part(name), shard))
        return arrange(records, [line.decode("ascii") for line in lines_of(part(first["order"]))])
    base = {} if first["base"] is None else versions[first["base"]]
    return apply_changes(base, [next(iter(line.items())) for line in lines])


def apply_changes(base, changes):
    puts = {record["id"]: check_record(record) for kind, record in changes if kind == "put"}
    renames = dict(pair for kind, pair in changes if kind == "rename")
    deletes = [identifier for kind, identifier in changes if kind == "delete"]
    records = {}
    for identifier, record in base.items():
        place = renames.get(identifier, identifier)
        records[place] = puts.get(place, record)
    for identifier in deletes:
        records.pop(identifier, None)
    records.update(puts)
    for kind, order in changes:
        if kind == "order":
            require(sorted(order) == sorted(records), "an order of other records")
            records = {identifier: records[identifier] for identifier in order}
    return records


def check_versions(folder):
    """Log, checkpoint, commits, signatures and packs of a library. @returns the ids of its versions in order"""
    log = [line.decode("ascii") for line in lines_of((folder / "log.txt").read_bytes())]
    origin, size, root, body, signed = checkpoints.check_checkpoint((folder / "checkpoint").read_bytes().decode("utf-8"))
    name = read_header(folder).get("origin", checkpoints.origin_of(log))
    require((origin, size, root) == (name, len(log), checkpoints.log_root(log)), "a checkpoint of another log")
    require((folder / "refs/HEAD").read_bytes() == log[-1].encode("ascii") + LINE_END, "HEAD is not the last version")
    versions, signatures = {}, []
    for seq, identifier in enumerate(log, 1):
        file = parse((folder / "commits" / f"{identifier}.json").read_bytes())
        commit, signatures = keys(file, "commit", "signatures")
        require(check_commit(commit) == identifier, "a commit of another id")
        follows = seq == 1 or log[seq - 2] in commit["parents"]
        require(commit["seq"] == seq and follows, "out of sequence")
        for signature in signatures:
            checkpoints.check_commit_signature(identifier, signature)
        records = read_pack(lambda name: (folder / "packs" / name).read_bytes(), commit["packCid"], versions)
        require(roots_of(records) == (commit["size"], commit["recordsRoot"], commit["mapRoot"]), "other roots")
        for record in records.values():
            check_contents(record)
        versions[identifier] = records
    for line in signed:
        require(any(is_signed(body, line, signature) for signature in signatures), "a note of somebody else")
    return log, versions


def is_signed(body, line, signature):
    """Whether a line under a checkpoint is by the key that signed a version."""
    name, hashed, data = line
    algorithm, key = signature["algorithm"], bytes.fromhex(signature["publicKey"])
    own = sha(name.encode("utf-8") + b"\n" + checkpoints.TYPES[algorithm] + key)[:4]
    return own == hashed and schemes.verify(algorithm, key, body.encode("utf-8"), data)


def check_library(path):
    """Everything that lies in a library's folder. @returns size, roots and ids of the working library, and the log"""
    try:
        folder = Path(path)
        records = read_working(folder)
        for record in records.values():
            check_contents(record)
            check_embedding(folder, record["embedding"])
        log, _ = check_versions(folder) if (folder / "log.txt").exists() else ([], {})
        return {"working": [*roots_of(records), list(records)], "log": log}
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise Invalid(f"{type(error).__name__}: {error}") from error


def check_embedding(folder, embedding):
    vector = folder / "vectors" / (embedding["sha256"] if embedding else "none")
    if vector.exists():
        check_vector(embedding, vector.read_bytes())
