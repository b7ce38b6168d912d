// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Funds of the DAO, moved by vote alone
/// @notice What a vote allocates is set aside at once: no later allocation can use it up before it is claimed.
interface ITreasury {
    struct Allocation {
        address beneficiary;
        /// ERC-20, or the zero address for the chain's own currency.
        address token;
        uint256 amount;
        bool claimed;
        bool revoked;
    }

    event Allocated(
        uint256 indexed allocationId, address indexed beneficiary, address indexed token, uint256 amount, string memo
    );
    event Claimed(uint256 indexed allocationId, address indexed beneficiary, address indexed token, uint256 amount);
    event Revoked(uint256 indexed allocationId);
    event Received(address indexed from, uint256 amount);
    event RewardsFunded(uint256 amount);

    error TreasuryOnlyGovernance(address caller);
    error TreasuryZeroAddress();
    error TreasuryInvalidAmount(uint256 amount);
    error TreasuryInsufficient(address token, uint256 available, uint256 amount);
    error TreasuryUnknownAllocation(uint256 allocationId);
    error TreasuryNotBeneficiary(uint256 allocationId, address caller);
    error TreasuryAlreadyClaimed(uint256 allocationId);
    error TreasuryRevoked(uint256 allocationId);
    error TreasuryTransferFailed(address to, uint256 amount);

    /// @notice Sets an amount aside for a beneficiary, who claims it. Only governance.
    function allocate(address beneficiary, address token, uint256 amount, string calldata memo)
        external
        returns (uint256 allocationId);

    /// @notice Takes back an allocation that was not claimed. Only governance.
    function revoke(uint256 allocationId) external;

    /// @notice Pays an allocation out to its beneficiary, who must call.
    function claim(uint256 allocationId) external;

    /// @notice Moves KEEPER into the pool that contributors are rewarded from. Only governance.
    function fundRewards(uint256 amount) external;

    /// @notice An allocation by its number, from 1.
    function allocation(uint256 allocationId) external view returns (Allocation memory);

    /// @notice What is set aside of a token (the zero address for the chain's own currency) and not yet claimed.
    function reserved(address token) external view returns (uint256);

    /// @notice What a vote can still allocate of a token.
    function available(address token) external view returns (uint256);
}
