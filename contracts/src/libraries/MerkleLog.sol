// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Inclusion proofs of RFC 9162, with SHA-256
/// @notice Positional: a proof binds the leaf's index and the tree's size, so it cannot be replayed for another place.
library MerkleLog {
    /// @notice Hash of a record's leaf: SHA-256(0x00 || SHA-256(record)), as the ledger's records tree has it.
    function leafHash(bytes memory record) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x00), sha256(record)));
    }

    /// @notice Hash of an inner node: SHA-256(0x01 || left || right).
    function nodeHash(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// @notice Whether `leaf` (a leaf hash) stands at `index` of the tree of `size` leaves with that root
    /// (RFC 9162, section 2.1.3.2).
    /// @param path Hashes of 32 bytes, one behind the other, from the leaf's sibling to the child of the root.
    /// @dev At most 64 rounds, whatever the path: a path that goes on above the root is refused.
    function verifyInclusion(bytes32 root, uint64 size, uint64 index, bytes32 leaf, bytes calldata path)
        internal
        pure
        returns (bool)
    {
        if (index >= size || path.length % 32 != 0) return false;
        uint64 place = index;
        uint64 last = size - 1;
        bytes32 hash = leaf;
        for (uint256 offset = 0; offset < path.length; offset += 32) {
            if (last == 0) return false;
            bytes32 sibling = bytes32(path[offset:offset + 32]);
            if (place & 1 == 1 || place == last) {
                hash = nodeHash(sibling, hash);
                while (place & 1 == 0 && place != 0) {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = nodeHash(hash, sibling);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && hash == root;
    }

    /// @notice Whether all `leaves` stand at their `indices`, by one path that holds each missing node once: those of the
    /// leaves' level first, each level from left to right, as `zoo ledger prove` writes them.
    /// @param indices Strictly ascending; overwritten, as `leaves` is.
    /// @dev At most 64 levels of at most as many rounds as there are leaves.
    function verifyMany(
        bytes32 root,
        uint64 size,
        uint64[] memory indices,
        bytes32[] memory leaves,
        bytes calldata path
    ) internal pure returns (bool) {
        if (!_areAscending(indices, size) || indices.length != leaves.length) return false;
        uint256 known = indices.length;
        uint256 offset;
        for (uint64 last = size - 1; last > 0; last >>= 1) {
            uint256 parents;
            for (uint256 at = 0; at < known; ++at) {
                uint64 place = indices[at];
                bytes32 hash = leaves[at];
                if (place & 1 == 0 && at + 1 < known && indices[at + 1] == place + 1) {
                    hash = nodeHash(hash, leaves[++at]);
                } else if (place & 1 == 1 || place != last) {
                    if (offset + 32 > path.length) return false;
                    bytes32 sibling = bytes32(path[offset:offset + 32]);
                    offset += 32;
                    hash = place & 1 == 1 ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
                }
                indices[parents] = place >> 1;
                leaves[parents++] = hash;
            }
            known = parents;
        }
        return offset == path.length && leaves[0] == root;
    }

    function _areAscending(uint64[] memory indices, uint64 size) private pure returns (bool) {
        if (indices.length == 0) return false;
        for (uint256 at = 1; at < indices.length; ++at) {
            if (indices[at] <= indices[at - 1]) return false;
        }
        return indices[indices.length - 1] < size;
    }
}
