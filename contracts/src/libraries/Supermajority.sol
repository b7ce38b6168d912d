// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The rules by which a vote passes (paper, section 5.4 and appendix C), as pure arithmetic
/// @dev Votes and supplies are below 2^96 ({KeeperToken}), so that nothing here overflows.
library Supermajority {
    /// @notice Parts of a whole in which thresholds are given: 10,000 is all.
    uint256 internal constant WHOLE = 10_000;

    /// @notice Whether the votes for are at least `thresholdBps` of those for and against. Cross-multiplied, so that
    /// nothing is rounded; without any vote for, nothing passes.
    function passes(uint256 forVotes, uint256 againstVotes, uint256 thresholdBps) internal pure returns (bool) {
        return forVotes > 0 && forVotes * WHOLE >= (forVotes + againstVotes) * thresholdBps;
    }

    /// @notice Whether `votes` are at least `quorumPercent` of `supply`; cross-multiplied.
    function reachesQuorum(uint256 votes, uint256 supply, uint256 quorumPercent) internal pure returns (bool) {
        return votes * 100 >= supply * quorumPercent;
    }

    /// @notice The least votes that reach the quorum.
    function quorumOf(uint256 supply, uint256 quorumPercent) internal pure returns (uint256) {
        return (supply * quorumPercent + 99) / 100;
    }
}
