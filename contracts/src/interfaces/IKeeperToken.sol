// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What KEEPER adds to an ERC-20 with votes: stakes that keep their vote
/// @notice Staked tokens lie in the vault and vote for who staked them, until they are paid back, burned or passed on.
/// The token itself counts them, so that every vote is read in one place and no vault can make or lose a vote.
interface IKeeperToken {
    event VaultBound(address vault);
    event Staked(address indexed owner, uint256 amount);
    /// @param to The owner, who has the tokens back; the vault, where they stay without a vote; zero, where they are burned.
    event Unstaked(address indexed owner, address indexed to, uint256 amount);

    /// @notice The initial holder was the zero address, or the supply was zero.
    error KeeperInvalidSupply(address holder, uint256 supply);
    error KeeperOnlyDeployer(address caller);
    error KeeperAlreadyBound();
    error KeeperZeroAddress();
    error KeeperOnlyVault(address caller);
    error KeeperInsufficientStake(address owner, uint256 staked, uint256 needed);

    /// @notice Takes a stake into the vault, out of what its owner has allowed the vault to take; only the vault.
    /// @dev An owner who has delegated to nobody votes with all tokens from now on: without that a stake would not vote.
    function stake(address owner, uint256 amount) external;

    /// @notice Ends a stake or a part of it; only the vault.
    /// @param to The owner, the vault, or the zero address, which burns it.
    function unstake(address owner, address to, uint256 amount) external;

    /// @notice KEEPER that lie in the vault and vote for `owner`.
    function stakedOf(address owner) external view returns (uint256);

    /// @notice KEEPER that lie in the vault and vote for whoever staked them.
    function totalStaked() external view returns (uint96);

    /// @notice Where stakes lie; bound once after deployment.
    function vault() external view returns (address);
}
