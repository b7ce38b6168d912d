"""The certificate of a difference (section 7)."""

from canonical_json import require
from records import ID, key_of
from trees import EMPTY, bit, map_leaf, node

EMPTY_NODE, OPAQUE, LEAF, CHANGED, SPLIT = range(5)


class Reader:
    def __init__(self, data):
        self.data, self.offset = data, 0

    def take(self, length):
        require(self.offset + length <= len(self.data), "too short")
        self.offset += length
        return self.data[self.offset - length : self.offset]

    def byte(self):
        return self.take(1)[0]


class Side:
    """A subtree in one of the two maps."""

    def __init__(self, entries, hashed, shown=None):
        # 0, 1 or 2 for many; `shown` is the leaf node that says what the single entry is.
        self.entries, self.hashed, self.shown = entries, hashed, shown


NOTHING = Side(0, EMPTY)


def check_certificate(data, before, after):
    """@returns pairs of an id and its digests (before, after), None where there is none"""
    reader = Reader(data)
    require(reader.take(8) == b"ZOODIFF1", "not a certificate")
    changes = read_changes(reader)
    shown, raised = [], set()

    def join(left, right):
        for one, other in ((left, right), (right, left)):
            if one.entries == 0 and other.entries < 2:
                raised.add(other.shown)
                return other
        return Side(2, node(left.hashed, right.hashed))

    def read_node(below, path):
        """@param below the changes below this place @param path its bits @returns its kind, and what the maps have"""
        kind = reader.byte()
        require(kind <= SPLIT, "kind")
        if kind in (EMPTY_NODE, OPAQUE, LEAF):
            require(not below, "changes below what did not change")
        if kind == EMPTY_NODE:
            return kind, NOTHING, NOTHING
        if kind == OPAQUE:
            hashed = reader.take(32)
            require(hashed != EMPTY, "an opaque node without entries")
            return kind, Side(2, hashed), Side(2, hashed)
        if kind == LEAF:
            key, digest = reader.take(32), reader.take(32)
            require(all(bit(key, depth) == step for depth, step in enumerate(path)), "a leaf out of place")
            shown.append(key)
            side = Side(1, map_leaf(key, digest), key)
            return kind, side, side
        if kind == CHANGED:
            require(len(below) == 1, "a changed node of none or several")
            key, _, digests = below[0]
            return (kind, *(NOTHING if one is None else Side(1, map_leaf(key, one)) for one in digests))
        require(below and len(path) < 256, "a split without changes, or too deep")
        sides = [[change for change in below if bit(change[0], len(path)) == step] for step in (0, 1)]
        left = read_node(sides[0], path + [0])
        right = read_node(sides[1], path + [1])
        require({left[0], right[0]} != {CHANGED, EMPTY_NODE}, "a split of a change and nothing")
        return kind, join(left[1], right[1]), join(left[2], right[2])

    _, old, new = read_node(changes, [])
    require(reader.offset == len(data), "left over")
    require(set(shown) == raised - {None}, "a leaf that rises in neither map")
    require(old.hashed == before and new.hashed == after, "another root")
    return [(identifier, digests) for _, identifier, digests in changes]


def read_changes(reader):
    """@returns key, id and digests of each"""
    number = int.from_bytes(reader.take(4), "big")
    require(number <= 2**24, "too many changes")
    changes = []
    for _ in range(number):
        identifier = reader.take(reader.byte()).decode("latin-1")
        require(ID.fullmatch(identifier), "id")
        flags = reader.byte()
        require(flags in (1, 2, 3), "flags")
        digests = tuple(reader.take(32) if flags & one else None for one in (1, 2))
        require(digests[0] != digests[1], "changes nothing")
        key = key_of(identifier)
        require(not changes or changes[-1][0] < key, "order")
        changes.append((key, identifier, digests))
    return changes
