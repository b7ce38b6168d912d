// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The rules by which a vote passes (paper, section 5.4 and appendix C), as pure arithmetic
library Supermajority {
    /// @notice Parts of a whole in which shares are given: 10,000 is all.
    uint256 internal constant WHOLE = 10_000;

    /// @notice Whether the votes for are at least `thresholdBps` of those for and against. Cross-multiplied, so that
    /// nothing is rounded; without any vote for, nothing passes.
    /// @dev Votes are at most 2^208, so the products stay below 2^222.
    function passes(uint256 forVotes, uint256 againstVotes, uint256 thresholdBps) internal pure returns (bool) {
        return forVotes > 0 && forVotes * WHOLE >= (forVotes + againstVotes) * thresholdBps;
    }

    /// @notice Whether `votes` are at least `quorumPercent` of `supply`; cross-multiplied.
    function reachesQuorum(uint256 votes, uint256 supply, uint256 quorumPercent) internal pure returns (bool) {
        return votes * 100 >= supply * quorumPercent;
    }

    /// @notice `amount` x `part` / `whole`, rounded down: against the claimant.
    /// @dev Zero when `whole` is zero. Amounts and votes are at most 2^208 each, products are taken in 512 bits by the
    /// caller where both can be that large; here `amount` is a bond of at most 2^128.
    function share(uint256 amount, uint256 part, uint256 whole) internal pure returns (uint256) {
        return whole == 0 ? 0 : (amount * part) / whole;
    }
}
