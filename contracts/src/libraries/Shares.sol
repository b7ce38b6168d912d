// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Shares of stakes and rewards, as pure arithmetic
/// @dev Amounts and votes are below 2^96 ({KeeperToken}), so that nothing here overflows.
library Shares {
    /// @notice Parts of a whole in which penalties are given: 10,000 is all.
    uint256 internal constant WHOLE = 10_000;

    /// @notice `amount` x `part` / `whole`, rounded down, against the claimant; zero when `whole` is zero.
    function proportion(uint256 amount, uint256 part, uint256 whole) internal pure returns (uint256) {
        return whole == 0 ? 0 : (amount * part) / whole;
    }

    /// @notice `bps` ten-thousandths of a stake, rounded up, against the staker.
    function penalty(uint256 amount, uint256 bps) internal pure returns (uint256) {
        return (amount * bps + WHOLE - 1) / WHOLE;
    }

    /// @notice What of `earned` can be paid now from `pool`, and what stays due.
    function payNow(uint256 earned, uint256 pool) internal pure returns (uint256 paid, uint256 due) {
        paid = earned < pool ? earned : pool;
        due = earned - paid;
    }
}
