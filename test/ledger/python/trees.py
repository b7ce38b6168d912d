"""RFC 6962 trees (section 3) and the compact sparse Merkle map (section 4), with their proofs."""

from canonical_json import LARGEST_INTEGER, require
from records import sha

EMPTY = bytes(32)


def leaf(digest):
    return sha(b"\x00" + digest)


def node(left, right):
    return sha(b"\x01" + left + right)


def tree(digests):
    if not digests:
        return sha(b"")
    if len(digests) == 1:
        return leaf(digests[0])
    split = 1
    while split * 2 < len(digests):
        split *= 2
    return node(tree(digests[:split]), tree(digests[split:]))


def check_many(leaves, size, path, root):
    """That the path leads from leaves, pairs of index and leaf hash, to the root."""
    if not leaves:
        return require(not path, "a path from nothing")
    known = dict(leaves)
    require(len(known) == len(leaves) and all(0 <= index < size for index in known), "index")
    rest = iter(path)
    last = size - 1
    while last > 0:
        for index in sorted(known):
            if index ^ 1 not in known and index ^ 1 <= last:
                sibling = next(rest, None)
                require(sibling is not None, "path too short")
                known[index ^ 1] = sibling
        known = {
            index // 2: node(known[index], known[index + 1]) if index + 1 in known else known[index]
            for index in known
            if index % 2 == 0
        }
        last //= 2
    require(next(rest, None) is None, "path too long")
    require(known[0] == root, "the records are not shown to be in")


def check_consistency(old_size, new_size, old_root, new_root, proof):
    """RFC 9162, section 2.1.4.2; nothing is a beginning of everything."""
    require(0 <= old_size <= new_size <= LARGEST_INTEGER, "sizes")
    if old_size == 0:
        return require(not proof and old_root == sha(b""), "consistency with nothing")
    if old_size == new_size:
        return require(not proof and old_root == new_root, "consistency of one size")
    path = ([old_root] if old_size & (old_size - 1) == 0 else []) + list(proof)
    require(path, "no proof")
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        require(sn > 0, "proof too long")
        if fn & 1 or fn == sn:
            old, new = node(sibling, old), node(sibling, new)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            new = node(new, sibling)
        fn >>= 1
        sn >>= 1
    require(sn == 0 and old == old_root and new == new_root, "not consistent")


# The map


def bit(key, depth):
    return key[depth // 8] >> (7 - depth % 8) & 1


def map_leaf(key, digest):
    return sha(b"\x00" + key + digest)


def map_root(entries, depth=0):
    """@param entries pairs of key and digest"""
    if not entries:
        return EMPTY
    if len(entries) == 1:
        return map_leaf(*entries[0])
    sides = [[entry for entry in entries if bit(entry[0], depth) == side] for side in (0, 1)]
    return node(map_root(sides[0], depth + 1), map_root(sides[1], depth + 1))


def check_absent(key, siblings, end, root):
    """@param siblings hashes, None for a subtree without entries @param end a pair of key and digest, or None"""
    require(len(siblings) <= 256 and EMPTY not in siblings, "siblings")
    found = EMPTY
    if end is not None:
        require(end[0] != key, "present")
        require(all(bit(end[0], depth) == bit(key, depth) for depth in range(len(siblings))), "the way ends elsewhere")
        found = map_leaf(*end)
    for depth in reversed(range(len(siblings))):
        sibling = siblings[depth] or EMPTY
        found = node(sibling, found) if bit(key, depth) else node(found, sibling)
    require(found == root, "not shown to be absent")
