"""A published version (docs/publishing.md): read from its CAR, verified, and made again from what it holds."""

import base64

from canonical_json import Invalid, canonical, parse, require
from proofs import check_commit
from records import check_contents, check_record, check_vector, keys, sha
from store import roots_of
from checkpoints import check_commit_signature

RAW, DAG_PB, DAG_CBOR = b"\x55", b"\x70", b"\x71"
RECORDS_IN_LEAF, COMMITS_IN_PAGE, LINKS_IN_NODE = 256, 1024, 1024


def cid(codec, data):
    return b"\x01" + codec + b"\x12\x20" + sha(data)


def text_of(name):
    return "b" + base64.b32encode(name).decode("ascii").rstrip("=").lower()


class Link(bytes):
    """A CID inside DAG-CBOR."""


# DAG-CBOR


def head(kind, number):
    for code, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 24:
            return bytes((kind << 5 | number,))
        if number < 1 << 8 * width:
            return bytes((kind << 5 | code,)) + number.to_bytes(width, "big")
    raise AssertionError("too large")


def encode(value):
    if value is None:
        return b"\xf6"
    if isinstance(value, Link):
        return b"\xd8\x2a" + head(2, len(value) + 1) + b"\0" + value
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, str):
        return head(3, len(value.encode("utf-8"))) + value.encode("utf-8")
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(encode(item) for item in value)
    members = sorted(value.items(), key=lambda member: (len(member[0]), member[0]))
    return head(5, len(members)) + b"".join(encode(key) + encode(member) for key, member in members)


def decode(data):
    def read(at):
        kind, number = data[at] >> 5, data[at] & 31
        at += 1
        if number >= 24 and kind < 7:
            width = 1 << number - 24
            number = int.from_bytes(data[at : at + width], "big")
            at += width
        if kind == 0:
            return number, at
        if kind in (2, 3):
            found = data[at : at + number]
            return (found if kind == 2 else found.decode("utf-8")), at + number
        if kind == 4 or kind == 5:
            found = []
            for _ in range(number * (kind - 3)):
                item, at = read(at)
                found.append(item)
            return (found if kind == 4 else dict(zip(found[::2], found[1::2]))), at
        if kind == 6 and number == 42:
            found, at = read(at)
            return Link(found[1:]), at
        require(kind == 7 and number == 22, "what no snapshot holds")
        return None, at

    value, end = read(0)
    # Only what would be written so is taken.
    require(end == len(data) and encode(value) == data, "no DAG-CBOR in its only form")
    return value


# The blocks of a version: every function returns its root, and puts blocks by their CID


def put(blocks, codec, data):
    name = cid(codec, data)
    blocks[name] = data
    return Link(name)


def put_log(blocks, log):
    pages = []
    for start in range(0, len(log), COMMITS_IN_PAGE):
        page = log[start : start + COMMITS_IN_PAGE]
        links = [put(blocks, RAW, canonical(commit).encode("utf-8")) for commit in page]
        pages.append(put(blocks, DAG_CBOR, encode({"commits": links})))
    return put(blocks, DAG_CBOR, encode({"pages": pages}))


def put_records(blocks, entries, depth=0):
    """@param entries key and canonical JSON, in order of the keys @returns the tree, and its leaves' entries"""
    if len(entries) <= RECORDS_IN_LEAF:
        links = [put(blocks, RAW, data) for _, data in entries]
        return put(blocks, DAG_CBOR, encode({"records": links})), [entries]
    sides = [[] for _ in range(16)]
    for entry in entries:
        sides[entry[0][depth // 2] >> (0 if depth % 2 else 4) & 15].append(entry)
    below = [put_records(blocks, side, depth + 1) if side else (None, []) for side in sides]
    node = {"nodes": [link for link, _ in below], "counts": [len(side) for side in sides]}
    return put(blocks, DAG_CBOR, encode(node)), [leaf for _, leaves in below for leaf in leaves]


def put_vectors(blocks, groups):
    """@param groups lists of vectors, none empty"""
    level = [put_file_node(blocks, [(put(blocks, RAW, data), len(data), len(data)) for data in one]) for one in groups]
    while len(level) > 1:
        starts = range(0, len(level), LINKS_IN_NODE)
        level = [put_file_node(blocks, level[start : start + LINKS_IN_NODE]) for start in starts]
    return level[0][0] if level else None


def put_file_node(blocks, children):
    """@param children link, bytes of the file, bytes of the blocks below @returns the same of the node"""
    links = b"".join(
        field(2, field(1, link) + field(2, b"") + b"\x18" + varint(total)) for link, _, total in children
    )
    size = sum(child[1] for child in children)
    data = b"\x08\x02\x18" + varint(size) + b"".join(b"\x20" + varint(child[1]) for child in children)
    node = links + field(1, data)
    return put(blocks, DAG_PB, node), size, len(node) + sum(child[2] for child in children)


def field(number, data):
    return bytes((number << 3 | 2,)) + varint(len(data)) + data


def varint(number):
    found = b""
    while number >= 128:
        found += bytes((number & 127 | 128,))
        number >>= 7
    return found + bytes((number,))


def make(log, signatures, records, vectors):
    """The blocks of a version and its root. @param records by key @param vectors by their digest"""
    blocks = {}
    entries = [(key, canonical(records[key]).encode("utf-8")) for key in sorted(records)]
    tree, leaves = put_records(blocks, entries)
    groups = []
    for leaf in leaves:
        named = [records[key]["embedding"] for key, _ in leaf]
        groups.append([vectors[one["sha256"]] for one in named if one is not None])
    signed = "[" + ",".join(sorted(canonical(signature) for signature in signatures)) + "]"
    root = {
        "v": 1,
        "format": "zoo-snapshot",
        "size": len(records),
        "commit": Link(cid(RAW, canonical(log[-1]).encode("utf-8"))),
        "log": put_log(blocks, log),
        "records": tree,
        "embeddings": put_vectors(blocks, [group for group in groups if group]),
        "signatures": put(blocks, RAW, signed.encode("ascii")) if signatures else None,
    }
    return put(blocks, DAG_CBOR, encode(root)), blocks


# Reading


def read_car(data):
    """CARv1 with one root. @returns the root, and the blocks by their CID"""
    at = 0

    def section():
        nonlocal at
        length = shift = 0
        while True:
            byte = data[at]
            at += 1
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        at += length
        require(at <= len(data), "a CAR that was cut off")
        return data[at - length : at]

    header = decode(section())
    require(set(header) == {"roots", "version"} and header["version"] == 1, "no CARv1")
    require(len(header["roots"]) == 1, "roots")
    blocks = {}
    while at < len(data):
        frame = section()
        name, content = frame[:36], frame[36:]
        require(name == cid(name[1:2], content) and name not in blocks, "a block that is not what it is called")
        blocks[name] = content
    return header["roots"][0], blocks


def check_snapshot(data):
    try:
        return check_blocks(*read_car(data))
    except (AssertionError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Invalid(f"{type(error).__name__}: {error}") from error


def check_blocks(root, blocks):
    _, _, size, newest, log, tree, _, signed = keys(
        decode(blocks[root]), "v", "format", "size", "commit", "log", "records", "embeddings", "signatures"
    )
    pages = keys(decode(blocks[log]), "pages")[0]
    commits = [parse(blocks[link]) for page in pages for link in keys(decode(blocks[page]), "commits")[0]]
    ids = [check_commit(commit) for commit in commits]
    for seq, commit in enumerate(commits, 1):
        follows = seq == 1 or ids[seq - 2] in commit["parents"]
        require(commit["seq"] == seq and follows, "commits that do not follow one another")
    commit = commits[-1]
    require(newest[4:].hex() == ids[-1], "another commit")
    records = {}
    for link in links_below(blocks, tree):
        record = check_record(parse(blocks[link]))
        check_contents(record)
        records[record["id"]] = record
    require(roots_of(records) == (commit["size"], commit["recordsRoot"], commit["mapRoot"]), "other roots")
    vectors = {}
    for embedding in (record["embedding"] for record in records.values()):
        if embedding is not None:
            vectors[embedding["sha256"]] = blocks[cid_of_digest(embedding["sha256"])]
            check_vector(embedding, vectors[embedding["sha256"]])
    signatures = [] if signed is None else parse(blocks[signed])
    for signature in signatures:
        check_commit_signature(ids[-1], signature)
    by_key = {sha(identifier.encode("ascii")): record for identifier, record in records.items()}
    require(make(commits, signatures, by_key, vectors) == (root, blocks), "blocks that nobody would make of it")
    return {"cid": text_of(root), "commit": ids[-1], "size": size, "vectors": len(vectors)}


def cid_of_digest(digest):
    return b"\x01" + RAW + b"\x12\x20" + bytes.fromhex(digest)


def links_below(blocks, link):
    node = decode(blocks[link])
    if "records" in node:
        return node["records"]
    return [record for below in node["nodes"] if below is not None for record in links_below(blocks, below)]
