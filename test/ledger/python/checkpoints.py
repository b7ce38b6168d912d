"""The log, its checkpoints and notes, and what shows that one begins with the other (section 6)."""

import base64
import re

import signatures
import trees
from canonical_json import Invalid, parse, require
from records import count, hash_of, items, keys, match, sha

HEXADECIMAL = re.compile("(?:[0-9a-f]{2})+")
SIZE = re.compile("0|[1-9][0-9]{0,14}")
# What ECMAScript's \s and Unicode call white space.
SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
SIGNATURE = re.compile(f"— ([^{SPACE}+]+) ([^{SPACE}]+)")
VERIFIER_KEY = re.compile(f"([^{SPACE}+]+)\\+([0-9a-f]{{8}})\\+([A-Za-z0-9+/=]+)")
TYPES = {"ed25519": b"\x01", "secp256k1": b"\xffzoo/secp256k1", "ml-dsa-65": b"\xffzoo/ml-dsa-65"}


def log_root(ids):
    return trees.tree([bytes.fromhex(item) for item in ids])


def origin_of(ids):
    """What a log is called that was given no name."""
    return "zoo-ledger/v1/" + (ids[0][:16] if ids else "")


def from_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Invalid("no base 64") from error
    require(base64.b64encode(data).decode("ascii") == text, "base 64 written another way")
    return data


def check_checkpoint(text):
    """@returns origin, size, root, the text that is signed, and the signatures: name, key hash, bytes"""
    body, empty_line, rest = text.partition("\n\n")
    body += "\n" if empty_line else ""
    lines = body.split("\n")
    require(len(lines) >= 4 and lines[0] != "" and lines[-1] == "", "no checkpoint")
    require(SIZE.fullmatch(lines[1]), "size")
    root = from_base64(lines[2])
    require(len(root) == 32, "root")
    signed = rest.split("\n") if empty_line else [""]
    require(signed.pop() == "" and len(signed) <= 100, "its last line has no end, or too many signatures")
    return lines[0], int(lines[1]), root, body, [check_signature_line(line) for line in signed]


def check_signature_line(line):
    parts = SIGNATURE.fullmatch(line)
    require(parts is not None, "signature")
    data = from_base64(parts[2])
    require(len(data) >= 5, "signature")
    return parts[1], data[:4], data[4:]


def check_verifier_key(text):
    """@returns name, key hash, algorithm, public key"""
    parts = VERIFIER_KEY.fullmatch(text)
    require(parts is not None, "no verifier key")
    name, hashed, typed = parts[1], bytes.fromhex(parts[2]), from_base64(parts[3])
    require(sha(name.encode("utf-8") + b"\n" + typed)[:4] == hashed, "another key hash")
    for algorithm, kind in TYPES.items():
        if typed.startswith(kind):
            return name, hashed, algorithm, typed[len(kind) :]
    raise Invalid("a key of an unknown kind")


def check_note(text, verifier_key):
    """That a checkpoint is signed by this key; what it says."""
    name, hashed, algorithm, public_key = check_verifier_key(verifier_key)
    origin, size, root, body, signed = check_checkpoint(text)
    own = [signature for who, whose, signature in signed if (who, whose) == (name, hashed)]
    require(own, "not signed by this key")
    require(signatures.verify(algorithm, public_key, body.encode("utf-8"), own[0]), "a bad signature")
    return origin, size, root


def check_commit_signature(commit_id, signature):
    algorithm, public_key, signed = keys(signature, "algorithm", "publicKey", "signature")
    message = f"zoo ledger commit v1\n{commit_id}\n".encode("ascii")
    require(isinstance(algorithm, str) and algorithm in TYPES, "algorithm")
    key, data = (bytes.fromhex(match(part, HEXADECIMAL)) for part in (public_key, signed))
    require(signatures.verify(algorithm, key, message, data), "a bad signature")


def check_history(data, before, after):
    """@param before, after the checkpoints that are trusted, as text"""
    form, v, older, newer, proof = keys(parse(data), "format", "v", "older", "newer", "proof")
    require(form == "zoo-consistency", "format")
    count(v, 1, 1)
    says = []
    for text, trusted in ((older, before), (newer, after)):
        require(isinstance(text, str) and len(text) <= 65536, "no checkpoint")
        says.append(check_checkpoint(text)[:3])
        require(says[-1] == check_checkpoint(trusted)[:3], "another checkpoint than the trusted one")
    (origin, old_size, old_root), (other, new_size, new_root) = says
    require(origin == other, "two logs")
    path = [hash_of(item) for item in items(proof, 128)]
    trees.check_consistency(old_size, new_size, old_root, new_root, path)
    return old_size, new_size
