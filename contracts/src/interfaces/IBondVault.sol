// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Stakes of proposals and submissions, held apart from the Governor
/// @notice The vault has no owner. Bonds are settled by anyone, by what the Governor says of the proposal; what is owed
/// is pulled by who is owed. Staked tokens keep their vote: the vault keeps voting units of its own, and the Governor
/// counts both.
interface IBondVault {
    /// @notice What becomes of the bond of a defeated proposal.
    enum DefeatMode {
        Burn,
        ShareAmongOpponents
    }

    enum BondStatus {
        None,
        Held,
        Refunded,
        Burned,
        Shared,
        Slashed
    }

    /// @notice The bond of one proposal; its terms are those in force when it was made.
    struct Bond {
        address proposer;
        DefeatMode mode;
        BondStatus status;
        uint128 amount;
        /// Reward at most, when every token votes for.
        uint128 rewardCap;
        /// Votes against, once a defeat is shared.
        uint256 againstVotes;
    }

    event BondPosted(
        uint256 indexed proposalId, address indexed proposer, uint256 amount, DefeatMode mode, uint256 rewardCap
    );
    event BondSettled(
        uint256 indexed proposalId, BondStatus status, uint256 refunded, uint256 burned, uint256 rewarded
    );
    event DefeatShareClaimed(uint256 indexed proposalId, address indexed voter, uint256 amount);
    event SubmissionStaked(uint256 indexed submissionId, address indexed contributor, uint256 amount);
    event SubmissionReleased(
        uint256 indexed submissionId, address indexed contributor, uint256 refunded, uint256 burned
    );
    event RewardCredited(address indexed account, uint256 amount);
    event RewardsFunded(address indexed from, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);
    event GovernorBound(address governor, address registry);

    error VaultOnlyGovernor(address caller);
    error VaultOnlyRegistry(address caller);
    error VaultOnlyGovernance(address caller);
    error VaultOnlyDeployer(address caller);
    error VaultAlreadyBound();
    error VaultNotBound();
    error VaultZeroAddress();
    error VaultInvalidAmount(uint256 amount);
    error VaultBondExists(uint256 proposalId);
    error VaultNoBond(uint256 proposalId);
    error VaultAlreadySettled(uint256 proposalId, BondStatus status);
    error VaultNotSettleable(uint256 proposalId, uint8 proposalState);
    error VaultNothingToClaim(uint256 proposalId, address voter);
    error VaultNothingToWithdraw(address account);
    error VaultStakeExists(uint256 submissionId);
    error VaultNoStake(uint256 submissionId);

    /// @notice Takes the bond of a proposal from its proposer; only the Governor.
    function post(uint256 proposalId, address proposer, uint128 amount, DefeatMode mode, uint128 rewardCap) external;

    /// @notice Settles the bond of a proposal that has ended, or is stuck for 30 days; anyone may.
    function settle(uint256 proposalId) external;

    /// @notice Slashes half of a bond that is still held, as a vote decided; only governance.
    function slash(uint256 proposalId) external;

    /// @notice Credits a voter's share of a defeated proposal's bond: in proportion to its votes against.
    function claimDefeatShare(uint256 proposalId, address voter) external returns (uint256 amount);

    /// @notice Pays out all that the caller is owed.
    function withdraw() external returns (uint256 amount);

    function owed(address account) external view returns (uint256);

    function bond(uint256 proposalId) external view returns (Bond memory);

    /// @notice Adds to what rewards are paid from; anyone may.
    function fundRewards(uint256 amount) external;

    /// @notice Takes the stake of a submission from its contributor; only the registry.
    function stake(uint256 submissionId, address contributor, uint128 amount) external;

    /// @notice Refunds a submission's stake, burns `burnBps` of it; only the registry.
    function release(uint256 submissionId, uint256 burnBps) external;
}
