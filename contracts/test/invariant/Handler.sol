// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {IExperienceRegistry} from "../../src/interfaces/IExperienceRegistry.sol";
import {IZooGovernor} from "../../src/interfaces/IZooGovernor.sol";
import {Vm} from "../Test.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice Everybody who uses Zoo, in any order: each action does what it can and counts each success by its name.
/// @dev A deployment of its own; the accounts are those of the fixture. What must hold is checked by the invariants,
/// against the books that this contract keeps on its own.
contract Handler is ZooFixture {
    enum Kind {
        Small,
        Library,
        FundRewards,
        Allocate,
        Slash,
        DefeatMode,
        Quorum
    }

    address[5] public actors;
    uint256[] public proposals;
    uint256[] public submissions;
    mapping(uint256 proposalId => Plan) private _plans;
    mapping(uint256 proposalId => Kind) public kindOf;
    mapping(uint256 proposalId => bytes32) public termsOf;
    mapping(uint256 proposalId => uint256) public settlements;
    mapping(uint256 proposalId => bool) public executed;
    mapping(string action => uint256) public successes;

    uint256 public burned;
    uint256 public rewardsFunded;
    uint256 public rewardsPaid;
    uint256 public treasuryOut;
    uint256 public treasuryIn;
    uint256 public libraryExecutions;
    uint64 public versionsSeen;
    bool public versionsWentBack;
    bool public somebodyBrokeIn;
    uint256 public allocations;
    uint256 public unclaimedPots;
    uint256 private _serial;

    constructor() {
        setUp();
        actors = [alice, bob, carol, dave, eve];
        treasuryIn = 200_000 ether;
    }

    modifier counts(string memory action) {
        _;
        ++successes[action];
        if (registry.versionCount() < versionsSeen) versionsWentBack = true;
        versionsSeen = registry.versionCount();
    }

    /// @dev In these actions nobody earns anything but rewards.
    modifier tellsRewards() {
        uint256 before = earned();
        _;
        rewardsPaid += earned() - before;
    }

    // --------------------------------------------------------------------------------------- proposals' lives

    function proposeSomething(uint256 actorSeed, uint256 kindSeed, uint256 amount) external {
        address proposer = _actor(actorSeed);
        if (keeper.balanceOf(proposer) < BOND) return;
        Kind kind = Kind(kindSeed % 7);
        Plan memory plan = _planOf(kind, amount);
        vm.prank(proposer);
        uint256 id = governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
        proposals.push(id);
        _plans[id] = plan;
        kindOf[id] = kind;
        termsOf[id] = fingerprintOf(id);
        _count("propose");
    }

    function voteOnSomething(uint256 actorSeed, uint256 seed, uint8 support) external {
        (bool found, uint256 id) = _find(seed, IGovernor.ProposalState.Pending);
        if (found) vm.warp(governor.proposalSnapshot(id) + 1);
        else (found, id) = _find(seed, IGovernor.ProposalState.Active);
        address voter = _actor(actorSeed);
        if (!found || governor.hasVoted(id, voter)) return;
        vm.prank(voter);
        governor.castVote(id, support % 4 == 0 ? AGAINST : support % 4 == 1 ? ABSTAIN : FOR);
        _count("vote");
    }

    /// @dev The whole electorate votes one way, so that lives go on often enough.
    function everybodyVotes(uint256 seed, bool yes) external {
        (bool found, uint256 id) = _find(seed, IGovernor.ProposalState.Pending);
        if (found) vm.warp(governor.proposalSnapshot(id) + 1);
        else (found, id) = _find(seed, IGovernor.ProposalState.Active);
        if (!found) return;
        for (uint256 index = 0; index < 5; ++index) {
            if (governor.hasVoted(id, actors[index])) continue;
            vm.prank(actors[index]);
            governor.castVote(id, yes ? FOR : AGAINST);
        }
        vm.warp(governor.proposalDeadline(id) + 1);
        _count("everybody votes");
    }

    function queueSomething(uint256 seed) external {
        (bool found, uint256 id) = _find(seed, IGovernor.ProposalState.Succeeded);
        if (!found) return;
        queue(_plans[id]);
        _count("queue");
    }

    function executeSomething(uint256 seed) external tellsRewards {
        (bool found, uint256 id) = _find(seed, IGovernor.ProposalState.Queued);
        if (!found) return;
        if (block.timestamp < governor.proposalEta(id)) vm.warp(governor.proposalEta(id));
        uint256 supply = keeper.totalSupply();
        uint256 treasuryHolds = keeper.balanceOf(address(treasury));
        uint64 versions = registry.versionCount();
        Plan memory plan = _plans[id];
        vm.recordLogs();
        try governor.execute(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description))) {
            executed[id] = true;
            burned += supply - keeper.totalSupply();
            treasuryOut += treasuryHolds - keeper.balanceOf(address(treasury));
            if (kindOf[id] == Kind.Library) _keepVersion();
            else if (registry.versionCount() != versions) somebodyBrokeIn = true;
            if (kindOf[id] == Kind.FundRewards) rewardsFunded += treasuryHolds - keeper.balanceOf(address(treasury));
            if (kindOf[id] == Kind.Allocate) ++allocations;
            if (kindOf[id] == Kind.Slash) ++settlements[_slashedBy[id]];
            _count("execute");
        } catch {
            if (registry.versionCount() != versions) somebodyBrokeIn = true;
        }
    }

    mapping(uint256 proposalId => uint256) private _slashedBy;
    mapping(uint64 seq => IExperienceRegistry.Version) private _versions;

    /// @dev As its event says it.
    function _keepVersion() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 index = 0; index < logs.length; ++index) {
            if (logs[index].topics[0] != IExperienceRegistry.VersionPublished.selector) continue;
            _versions[uint64(++libraryExecutions)] = abi.decode(logs[index].data, (IExperienceRegistry.Version));
        }
    }

    function versionAt(uint64 seq) external view returns (IExperienceRegistry.Version memory) {
        return _versions[seq];
    }

    function cancelSomething(uint256 seed, bool byGuardian) external {
        (bool found, uint256 id) = _find(seed, IGovernor.ProposalState.Pending);
        if (!found) return;
        cancel(byGuardian ? guardian : governor.proposalProposer(id), _plans[id]);
        _count("cancel");
    }

    function settleSomething(uint256 seed) external tellsRewards {
        if (proposals.length == 0) return;
        uint256 id = proposals[seed % proposals.length];
        uint256 supply = keeper.totalSupply();
        try vault.settle(id) {
            ++settlements[id];
            burned += supply - keeper.totalSupply();
            if (vault.bond(id).status == IBondVault.BondStatus.Shared) unclaimedPots += vault.bond(id).amount;
            _count("settle");
        } catch {}
    }

    function settleWhatIsStuck(uint256 seed) external tellsRewards {
        (bool found, uint256 id) = _find(seed, IGovernor.ProposalState.Succeeded);
        if (!found || vault.bond(id).status != IBondVault.BondStatus.Held) return;
        uint256 stuckAt = governor.proposalDeadline(id) + 30 days + 1;
        if (block.timestamp < stuckAt) vm.warp(stuckAt);
        vault.settle(id);
        ++settlements[id];
        _count("settle stuck");
    }

    function claimShare(uint256 seed, uint256 actorSeed) external {
        if (proposals.length == 0) return;
        uint256 id = proposals[seed % proposals.length];
        try vault.claimDefeatShare(id, _actor(actorSeed)) returns (uint256 amount) {
            unclaimedPots -= amount;
            _count("claim share");
        } catch {}
    }

    // ------------------------------------------------------------------------------------------------ money

    function withdrawOwed(uint256 actorSeed) external {
        address account = _actor(actorSeed);
        uint256 owed = vault.owed(account);
        if (owed == 0) return;
        uint256 before = keeper.balanceOf(account);
        vm.prank(account);
        vault.withdraw();
        if (keeper.balanceOf(account) != before + owed) somebodyBrokeIn = true;
        _count("withdraw");
    }

    function collectSomething(uint256 actorSeed) external tellsRewards {
        for (uint256 index = 0; index < 5; ++index) {
            address account = _actor(actorSeed % 5 + index);
            if (vault.due(account) == 0 || vault.rewardPool() < vault.DUE_UNIT()) continue;
            vault.collectDue(account);
            _count("collect due");
            return;
        }
    }

    function fundRewardPool(uint256 actorSeed, uint256 amount) external {
        address account = _actor(actorSeed);
        uint256 most = keeper.balanceOf(account) / 5000; // so little that rewards stay due
        if (most == 0) return;
        amount = bound(_spread(amount), 1, most);
        vm.prank(account);
        vault.fundRewards(amount);
        rewardsFunded += amount;
        _count("fund rewards");
    }

    function moveTokens(uint256 from, uint256 to, uint256 amount) external {
        amount = bound(amount, 0, keeper.balanceOf(_actor(from)) / 4);
        vm.prank(_actor(from));
        keeper.transfer(_actor(to), amount);
        _count("transfer");
    }

    function burnTokens(uint256 from, uint256 amount) external {
        amount = bound(amount, 0, keeper.balanceOf(_actor(from)) / 50);
        vm.prank(_actor(from));
        keeper.burn(amount);
        burned += amount;
        _count("burn");
    }

    function delegateTokens(uint256 from, uint256 to) external {
        vm.prank(_actor(from));
        keeper.delegate(_actor(to));
        _count("delegate");
    }

    function claimAllocation(uint256 id) external {
        if (allocations == 0) return;
        id = bound(id, 1, allocations);
        address beneficiary = treasury.allocation(id).beneficiary;
        uint256 before = keeper.balanceOf(address(treasury));
        vm.prank(beneficiary);
        try treasury.claim(id) {
            treasuryOut += before - keeper.balanceOf(address(treasury));
            _count("claim allocation");
        } catch {}
    }

    // ------------------------------------------------------------------------------------------- submissions

    function submitSomething(uint256 actorSeed, bytes32 record) external {
        address contributor = _actor(actorSeed);
        if (keeper.balanceOf(contributor) < registry.requiredStake(contributor) || record == 0) return;
        vm.prank(contributor);
        submissions.push(registry.submit(record, keccak256("cid")));
        _count("submit");
    }

    function withdrawSubmission(uint256 seed) external {
        if (submissions.length == 0) return;
        uint256 id = submissions[seed % submissions.length];
        IExperienceRegistry.Submission memory submission = registry.submission(id);
        if (submission.state != IExperienceRegistry.SubmissionState.Pending) return;
        vm.warp(block.timestamp + 30 days);
        vm.prank(submission.contributor);
        registry.withdraw(id);
        _count("withdraw submission");
    }

    // --------------------------------------------------------------------------------------------- break-ins

    /// @dev What nobody may do, tried by everybody. A success is a break-in.
    function breakIn(uint256 actorSeed, uint256 way, uint256 amount) external {
        address thief = _actor(actorSeed);
        bytes[10] memory calls = [
            abi.encodeCall(registry.publish, (updateOf(registry.versionCount() + 1), none(), none())),
            abi.encodeCall(treasury.allocate, (thief, address(keeper), amount, "mine")),
            abi.encodeCall(treasury.fundRewards, (amount)),
            abi.encodeCall(vault.release, (amount % 10, 0)),
            abi.encodeCall(vault.accept, (amount % 10, amount)),
            abi.encodeCall(vault.slash, (amount)),
            abi.encodeCall(governor.setQuorumPercent, (1)),
            abi.encodeCall(keeper.transferFrom, (address(vault), thief, 1 + amount % 1 ether)),
            abi.encodeCall(keeper.stake, (_actor(amount), amount)),
            abi.encodeCall(keeper.unstake, (_actor(amount), thief, amount % 10))
        ];
        address[10] memory targets = [
            address(registry),
            address(treasury),
            address(treasury),
            address(vault),
            address(vault),
            address(vault),
            address(governor),
            address(keeper),
            address(keeper),
            address(keeper)
        ];
        vm.prank(thief);
        (bool done,) = targets[way % 10].call(calls[way % 10]);
        if (done) somebodyBrokeIn = true;
        _count("break-in refused");
    }

    // -------------------------------------------------------------------------------------------------- books

    /// @notice What everybody is owed beside stakes that ended.
    function earned() public view returns (uint256 sum) {
        for (uint256 index = 0; index < 5; ++index) {
            sum += vault.owed(actors[index]) - vault.refundedOf(actors[index]);
        }
    }

    function proposalCount() external view returns (uint256) {
        return proposals.length;
    }

    function submissionCount() external view returns (uint256) {
        return submissions.length;
    }

    function fingerprintOf(uint256 id) public view returns (bytes32) {
        IZooGovernor.Terms memory terms = governor.terms(id);
        IBondVault.Bond memory bond = vault.bond(id);
        return keccak256(
            abi.encode(
                terms.quorumPercent,
                terms.thresholdBps,
                terms.slashBps,
                terms.rewardCap,
                terms.contributionCap,
                bond.proposer,
                bond.mode,
                bond.amount,
                governor.proposalSnapshot(id),
                governor.proposalDeadline(id)
            )
        );
    }

    function system()
        external
        view
        returns (address keeper_, address vault_, address registry_, address governor_, address treasury_)
    {
        return (address(keeper), address(vault), address(registry), address(governor), address(treasury));
    }

    function timelockAddress() external view returns (address) {
        return address(timelock);
    }

    function _planOf(Kind kind, uint256 amount) private returns (Plan memory) {
        string memory description = vm.toString(++_serial);
        if (kind == Kind.Library) {
            (uint256[] memory accepted, uint256[] memory rejected) = _divide(amount);
            return updatePlan(updateOf(registry.versionCount() + 1), accepted, rejected, description);
        }
        if (kind == Kind.FundRewards) {
            bytes memory fundCall = abi.encodeCall(treasury.fundRewards, (bound(_spread(amount), 1, 300 ether)));
            return planOf(address(treasury), fundCall, description);
        }
        if (kind == Kind.Allocate) {
            bytes memory call = abi.encodeCall(
                treasury.allocate, (_actor(amount), address(keeper), bound(amount, 1, 5000 ether), "work")
            );
            return planOf(address(treasury), call, description);
        }
        if (kind == Kind.Slash && proposals.length > 0) {
            uint256 slashed = proposals[amount % proposals.length];
            Plan memory plan = planOf(address(vault), abi.encodeCall(vault.slash, (slashed)), description);
            _slashedBy[idOf(plan)] = slashed;
            return plan;
        }
        if (kind == Kind.DefeatMode) {
            IBondVault.DefeatMode mode = IBondVault.DefeatMode(amount % 3 == 0 ? 0 : 1);
            return planOf(address(governor), abi.encodeCall(governor.setDefeatMode, (mode)), description);
        }
        if (kind == Kind.Quorum) {
            bytes memory call = abi.encodeCall(governor.setQuorumPercent, (bound(amount, 1, 20)));
            return planOf(address(governor), call, description);
        }
        return smallPlan(description);
    }

    /// @dev Up to three submissions each, pending or not.
    function _divide(uint256 seed) private view returns (uint256[] memory accepted, uint256[] memory rejected) {
        uint256 count = submissions.length;
        accepted = new uint256[](count == 0 ? 0 : seed % 4);
        rejected = new uint256[](count == 0 ? 0 : (seed / 4) % 2);
        for (uint256 index = 0; index < accepted.length; ++index) {
            accepted[index] = submissions[(seed + index) % count];
        }
        for (uint256 index = 0; index < rejected.length; ++index) {
            rejected[index] = submissions[(seed / 7) % count];
        }
    }

    /// @dev Any word from a small one, as amounts are of another magnitude than seeds.
    function _spread(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }

    function _actor(uint256 seed) private view returns (address) {
        return actors[seed % 5];
    }

    function _find(uint256 seed, IGovernor.ProposalState wanted) private view returns (bool, uint256) {
        uint256 count = proposals.length;
        for (uint256 step = 0; step < count; ++step) {
            uint256 id = proposals[(seed % count + step) % count];
            if (governor.state(id) == wanted) return (true, id);
        }
        return (false, 0);
    }

    function _count(string memory action) private counts(action) {}
}
