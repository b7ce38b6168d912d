// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Stakes of proposals and submissions, held apart from the Governor
/// @notice The vault has no owner. Bonds are settled by anyone, by what the Governor says of the proposal; what is owed
/// is pulled by who is owed. Staked tokens keep their vote, which the token counts ({IKeeperToken}).
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

    /// @notice A signature of ERC-2612 that lets the vault take the stake.
    struct StakePermit {
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice The bond of one proposal; one slot. What it can lose and earn stands in the Governor's terms of it.
    struct Bond {
        address proposer;
        DefeatMode mode;
        BondStatus status;
        uint80 amount;
    }

    event BondPosted(uint256 indexed proposalId, address indexed proposer, DefeatMode mode, uint256 amount);
    event BondSettled(uint256 indexed proposalId, BondStatus status, uint256 refunded, uint256 burned);
    event DefeatShareClaimed(uint256 indexed proposalId, address indexed voter, uint256 amount);
    event SubmissionStaked(uint256 indexed submissionId, address indexed contributor, uint256 amount);
    event SubmissionReleased(
        uint256 indexed submissionId, address indexed contributor, uint256 refunded, uint256 burned
    );
    /// @notice `paid` of `earned` could be credited at once; the rest is due until the pool is funded.
    event RewardEarned(address indexed account, uint256 indexed proposalId, uint256 earned, uint256 paid);
    event DuePaid(address indexed account, uint256 amount);
    event RewardsFunded(address indexed from, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);
    event Bound(address governor, address registry);

    error VaultOnlyGovernor(address caller);
    error VaultOnlyRegistry(address caller);
    error VaultOnlyGovernance(address caller);
    error VaultOnlyDeployer(address caller);
    error VaultAlreadyBound();
    error VaultZeroAddress();
    error VaultInvalidAmount(uint256 amount);
    error VaultBondExists(uint256 proposalId);
    error VaultNoBond(uint256 proposalId);
    error VaultAlreadySettled(uint256 proposalId, BondStatus status);
    error VaultNotSettleable(uint256 proposalId, uint8 proposalState);
    error VaultNothingToClaim(uint256 proposalId, address voter);
    error VaultNothingDue(address account);
    error VaultNothingToWithdraw(address account);
    error VaultStakeExists(uint256 submissionId);
    error VaultNoStake(uint256 submissionId);

    /// @notice Takes the bond of a proposal from its proposer; only the Governor.
    function post(uint256 proposalId, address proposer, DefeatMode mode, uint80 amount) external;

    /// @notice Settles the bond of a proposal that has ended, or is stuck for 30 days; anyone may.
    function settle(uint256 proposalId) external;

    /// @notice Slashes a bond that is still held, as a vote decided; only governance.
    function slash(uint256 proposalId) external;

    /// @notice Credits a voter's share of a defeated proposal's bond: in proportion to its votes against. Anyone may.
    function claimDefeatShare(uint256 proposalId, address voter) external returns (uint256 amount);

    /// @notice Credits what is due to an account, as far as the pool of rewards goes. Anyone may.
    function collectDue(address account) external returns (uint256 amount);

    /// @notice Pays out all that the caller is owed.
    function withdraw() external returns (uint256 amount);

    /// @notice Adds to what rewards are paid from; anyone may.
    function fundRewards(uint256 amount) external;

    /// @notice Takes the stake of a submission from its contributor; only the registry.
    function stake(uint256 submissionId, address contributor, uint256 amount) external;

    /// @notice Refunds a submission's stake, burns `burnBps` ten-thousandths of it; only the registry.
    function release(uint256 submissionId, uint256 burnBps) external;

    /// @notice Refunds a submission's stake and rewards its contributor by the votes for `proposalId`; only the registry.
    function accept(uint256 submissionId, uint256 proposalId) external;

    /// @notice KEEPER that an account can withdraw.
    function owed(address account) external view returns (uint256);

    /// @notice Of what an account is owed, stakes that ended well. They vote for it until it withdraws them.
    function refundedOf(address account) external view returns (uint256);

    /// @notice KEEPER earned by an account that the pool could not pay yet, rounded down to 10^-9.
    function due(address account) external view returns (uint256);

    /// @notice The stake of a submission that waits; zero once it was decided or withdrawn.
    function stakeOf(uint256 submissionId) external view returns (uint256);

    /// @notice The bond of a proposal; all zero for an unknown one.
    function bond(uint256 proposalId) external view returns (Bond memory);

    /// @notice The Governor, bound once after deployment.
    function governor() external view returns (address);

    /// @notice The registry, bound once after deployment.
    function registry() external view returns (address);
}
