"""A second implementation of docs/ledger-format.md: verification, with Python's standard library alone.

    python3 verify.py vectors.json      checks every vector; exits 1 at the first that does not hold
    python3 verify.py proof FILE ROOT   checks a proof file against a root
"""

import hashlib
import json
import sys


class Invalid(Exception):
    pass


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# Section 2: canonical JSON (RFC 8785)


def number(value) -> str:
    if isinstance(value, int):
        if abs(value) > 2**53 - 1:
            raise Invalid("unsafe integer")
        return str(value)
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    # ECMAScript's Number::toString: `point` is the place of the decimal point in the digits.
    if len(digits) <= point <= 21:
        text = digits + "0" * (point - len(digits))
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        power = point - 1
        text = digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + "e" + ("+" if power > 0 else "") + str(power)
    return sign + text


def canonical(value) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        value.encode("utf-8")  # raises at half of a surrogate pair
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"


def digest(record) -> bytes:
    return sha(canonical(record).encode("utf-8"))


def key_of(identifier: str) -> bytes:
    return sha(identifier.encode("ascii"))


# Section 3: RFC 6962


def tree(hashes):
    if not hashes:
        return sha(b"")
    if len(hashes) == 1:
        return sha(b"\x00" + hashes[0])
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha(b"\x01" + tree(hashes[:split]) + tree(hashes[split:]))


def records_root(records) -> bytes:
    return tree([digest(record) for record in sorted(records, key=lambda record: key_of(record["id"]))])


def check_many(leaves, size, path, root):
    nodes = dict(leaves)
    if len(nodes) != len(leaves) or any(not 0 <= index < size for index in nodes):
        raise Invalid("index")
    rest = list(path)
    last = size - 1
    while nodes and last > 0:
        for index in sorted(nodes):
            if index ^ 1 not in nodes and index ^ 1 <= last:
                if not rest:
                    raise Invalid("path too short")
                nodes[index ^ 1] = rest.pop(0)
        above = {}
        for index in sorted(nodes):
            if index % 2 == 0:
                pair = nodes.get(index + 1)
                above[index // 2] = nodes[index] if pair is None else sha(b"\x01" + nodes[index] + pair)
        nodes = above
        last //= 2
    if rest or (nodes and nodes[0] != root):
        raise Invalid("the records are not shown to be in")


def check_consistency(old_size, new_size, old_root, new_root, proof):
    if old_size == 0:
        if proof or old_root != sha(b""):
            raise Invalid("consistency with nothing")
        return
    if old_size == new_size:
        if proof or old_root != new_root:
            raise Invalid("consistency of one size")
        return
    if not 0 < old_size < new_size:
        raise Invalid("sizes")
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise Invalid("no proof")
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise Invalid("proof too long")
        if fn & 1 or fn == sn:
            old = sha(b"\x01" + sibling + old)
            new = sha(b"\x01" + sibling + new)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            new = sha(b"\x01" + new + sibling)
        fn >>= 1
        sn >>= 1
    if sn or old != old_root or new != new_root:
        raise Invalid("not consistent")


# Section 4: the compact sparse Merkle map

EMPTY = bytes(32)


def bit(key: bytes, depth: int) -> int:
    return key[depth // 8] >> (7 - depth % 8) & 1


def map_root(entries, depth=0) -> bytes:
    if not entries:
        return EMPTY
    if len(entries) == 1:
        return sha(b"\x00" + entries[0][0] + entries[0][1])
    left = [entry for entry in entries if bit(entry[0], depth) == 0]
    right = [entry for entry in entries if bit(entry[0], depth) == 1]
    return sha(b"\x01" + map_root(left, depth + 1) + map_root(right, depth + 1))


def map_root_of_records(records) -> bytes:
    return map_root([(key_of(record["id"]), digest(record)) for record in records])


def check_absent(statement, root):
    key = key_of(statement["id"])
    siblings, end = statement["siblings"], statement["end"]
    if len(siblings) > 256:
        raise Invalid("too deep")
    found = EMPTY
    if end is not None:
        other, value = bytes.fromhex(end["key"]), bytes.fromhex(end["value"])
        if other == key or any(bit(other, depth) != bit(key, depth) for depth in range(len(siblings))):
            raise Invalid("the way ends elsewhere")
        found = sha(b"\x00" + other + value)
    for depth in reversed(range(len(siblings))):
        sibling = bytes.fromhex(siblings[depth]) if siblings[depth] else EMPTY
        if siblings[depth] and sibling == EMPTY:
            raise Invalid("an empty subtree written as a hash")
        found = sha(b"\x01" + (sibling + found if bit(key, depth) else found + sibling))
    if found != root:
        raise Invalid(statement["id"] + " is not shown to be absent")


# Section 5: proof files


def no_twins(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Invalid("a key twice")
    return found


def check_proof(text: str, root: str):
    proof = json.loads(text, object_pairs_hook=no_twins)
    if proof["format"] != "zoo-proof" or proof["v"] != 1:
        raise Invalid("format")
    commit = proof["commit"]
    if commit is not None and any(commit[name] != proof[name] for name in ("recordsRoot", "mapRoot", "size")):
        raise Invalid("a commit of another library")
    if commit is not None and commit_id(commit) == root:
        pass
    elif root == proof["recordsRoot"]:
        if proof["absent"]:
            raise Invalid("absence does not follow from a recordsRoot")
    elif root == proof["mapRoot"]:
        if proof["included"]:
            raise Invalid("presence is proven by the recordsRoot")
    else:
        raise Invalid("another root")
    joined = bytes.fromhex(proof["path"])
    if len(joined) % 32:
        raise Invalid("path")
    path = [joined[place : place + 32] for place in range(0, len(joined), 32)]
    leaves = [(item["index"], sha(b"\x00" + digest(item["record"]))) for item in proof["included"]]
    check_many(leaves, proof["size"], path, bytes.fromhex(proof["recordsRoot"]))
    for statement in proof["absent"]:
        check_absent(statement, bytes.fromhex(proof["mapRoot"]))
    return [item["record"]["id"] for item in proof["included"]], [item["id"] for item in proof["absent"]]


# Section 6: versions


def commit_id(commit) -> str:
    return sha(canonical(commit).encode("utf-8")).hex()


def raw_cid(data: bytes) -> str:
    import base64

    return "b" + base64.b32encode(b"\x01\x55\x12\x20" + sha(data)).decode("ascii").rstrip("=").lower()


def log_root(ids) -> bytes:
    return tree([bytes.fromhex(item) for item in ids])


# Section 7: certificates of differences


def check_certificate(data: bytes, before: bytes, after: bytes):
    offset = 0

    def take(length):
        nonlocal offset
        if offset + length > len(data):
            raise Invalid("too short")
        offset += length
        return data[offset - length : offset]

    if take(8) != b"ZOODIFF1":
        raise Invalid("not a certificate")
    changes = []
    for _ in range(int.from_bytes(take(4), "big")):
        identifier = take(take(1)[0]).decode("ascii")
        flags = take(1)[0]
        allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-"
        if not 1 <= len(identifier) <= 64 or any(character not in allowed for character in identifier):
            raise Invalid("id")
        if flags not in (1, 2, 3):
            raise Invalid("flags")
        was = take(32) if flags & 1 else None
        now = take(32) if flags & 2 else None
        if was == now:
            raise Invalid("changes nothing")
        changes.append((key_of(identifier), identifier, was, now))
    if any(one[0] >= other[0] for one, other in zip(changes, changes[1:])):
        raise Invalid("order")

    shown, folded = [], set()

    # A subtree in one map is (kind, hash, leaf shown in the open or None).
    def node(low, high, depth, path):
        kind = take(1)[0]
        if kind == 0:
            if low != high:
                raise Invalid("changes below an empty node")
            return kind, ("empty", EMPTY, None), ("empty", EMPTY, None)
        if kind == 1:
            found = take(32)
            if low != high or found == EMPTY:
                raise Invalid("opaque node")
            return kind, ("inner", found, None), ("inner", found, None)
        if kind == 2:
            key, value = take(32), take(32)
            if low != high or any(bit(key, level) != path[level] for level in range(depth)):
                raise Invalid("leaf")
            shown.append(key)
            leaf = ("leaf", sha(b"\x00" + key + value), key)
            return kind, leaf, leaf
        if kind == 3:
            if high - low != 1:
                raise Invalid("changed node")
            key, _, was, now = changes[low]
            sides = [("empty", EMPTY, None) if v is None else ("leaf", sha(b"\x00" + key + v), None) for v in (was, now)]
            return kind, sides[0], sides[1]
        if kind == 4:
            if low == high or depth >= 256:
                raise Invalid("split")
            middle = low
            while middle < high and bit(changes[middle][0], depth) == 0:
                middle += 1
            left = node(low, middle, depth + 1, path + [0])
            right = node(middle, high, depth + 1, path + [1])
            if (left[0], right[0]) in ((3, 0), (0, 3)):
                raise Invalid("split of a change and nothing")
            return kind, join(left[1], right[1]), join(left[2], right[2])
        raise Invalid("kind")

    def join(left, right):
        if left[0] == "empty" and right[0] != "inner":
            return fold(right)
        if right[0] == "empty" and left[0] != "inner":
            return fold(left)
        return "inner", sha(b"\x01" + left[1] + right[1]), None

    def fold(side):
        if side[2] is not None:
            folded.add(side[2])
        return side

    _, old, new = node(0, len(changes), 0, [])
    if offset != len(data):
        raise Invalid("left over")
    if set(shown) != folded:
        raise Invalid("a leaf that nothing takes up")
    if old[1] != before or new[1] != after:
        raise Invalid("another root")
    return [identifier for _, identifier, _, _ in changes]


# Vectors


def expect(found, expected, what):
    if found != expected:
        raise SystemExit(f"{what}: expected {expected!r}, found {found!r}")


def refuses(act, what):
    try:
        act()
    except (Invalid, ValueError, KeyError):
        return
    raise SystemExit(f"{what}: accepted")


def check_vectors(path: str):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    for vector in vectors["canonical"]:
        expect(canonical(json.loads(vector["json"])), vector["canonical"], "canonical JSON")
        expect(sha(vector["canonical"].encode("utf-8")).hex(), vector["sha256"], "its digest")
    for vector in vectors["libraries"]:
        records = vector["records"]
        what = f"library of {len(records)}"
        expect([key_of(record["id"]).hex() for record in records], vector["keys"], what + ", keys")
        expect([digest(record).hex() for record in records], vector["digests"], what + ", digests")
        expect(records_root(records).hex(), vector["recordsRoot"], what + ", recordsRoot")
        expect(map_root_of_records(records).hex(), vector["mapRoot"], what + ", mapRoot")
    for vector in vectors["proofs"]:
        included, absent = check_proof(vector["proof"], vector["root"])
        expect([included, absent], [vector["included"], vector["absent"]], "proof")
        for lie in vector["refused"]:
            refuses(lambda: check_proof(lie, vector["root"]), "forged proof")
    for vector in vectors["certificates"]:
        data = bytes.fromhex(vector["certificate"])
        roots = bytes.fromhex(vector["before"]), bytes.fromhex(vector["after"])
        expect(check_certificate(data, *roots), vector["changes"], "certificate")
        for place in range(len(data)):
            for flip in (1, 128):
                changed = bytes(byte ^ flip if index == place else byte for index, byte in enumerate(data))
                refuses(lambda: check_certificate(changed, *roots), f"certificate with byte {place} changed")
    for vector in vectors["commits"]:
        expect(commit_id(vector["commit"]), vector["id"], "commit")
    for vector in vectors["packs"]:
        expect(raw_cid(vector["text"].encode("utf-8")), vector["cid"], "pack")
    log = vectors["log"]
    for entry in log["checkpoints"]:
        expect(log_root(log["ids"][: entry["size"]]).hex(), entry["root"], "log")
        proof = [bytes.fromhex(item) for item in entry["consistency"]]
        last = log["checkpoints"][-1]
        sizes = entry["size"], last["size"]
        roots = bytes.fromhex(entry["root"]), bytes.fromhex(last["root"])
        check_consistency(*sizes, *roots, proof)
        if proof:
            refuses(lambda: check_consistency(*sizes, *roots, proof[1:]), "consistency, shortened")
            refuses(lambda: check_consistency(*sizes, EMPTY, roots[1], proof), "consistency with another root")
    print("ok")


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "proof":
        with open(sys.argv[2], encoding="utf-8") as proof_file:
            print(check_proof(proof_file.read(), sys.argv[3]))
    else:
        check_vectors(sys.argv[1])
