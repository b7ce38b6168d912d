// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {BondVault} from "../src/BondVault.sol";
import {ExperienceRegistry} from "../src/ExperienceRegistry.sol";
import {IBondVault} from "../src/interfaces/IBondVault.sol";
import {IExperienceRegistry} from "../src/interfaces/IExperienceRegistry.sol";
import {KeeperToken} from "../src/KeeperToken.sol";
import {Reputation} from "../src/Reputation.sol";
import {Treasury} from "../src/Treasury.sol";
import {ZooGovernor} from "../src/ZooGovernor.sol";
import {Test} from "./Test.sol";

/// @notice The whole of Zoo, deployed as `zoo chain deploy` does it, and the steps of a proposal's life.
abstract contract ZooFixture is Test {
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;

    uint256 internal constant SUPPLY = 1_000_000 ether;
    uint256 internal constant BOND = 1000 ether;
    uint256 internal constant STAKE = 100 ether;
    uint256 internal constant TIMELOCK_DELAY = 2 days;

    /// @notice The calls of a proposal.
    struct Plan {
        address[] targets;
        uint256[] values;
        bytes[] calldatas;
        string description;
    }

    KeeperToken internal keeper;
    TimelockController internal timelock;
    BondVault internal vault;
    Reputation internal reputation;
    ExperienceRegistry internal registry;
    ZooGovernor internal governor;
    Treasury internal treasury;

    address internal alice = vm.addr(0xa11ce);
    address internal bob = vm.addr(0xb0b);
    address internal carol = vm.addr(0xca201);
    address internal dave = vm.addr(0xdafe);
    address internal eve = vm.addr(0xe7e);
    address internal guardian = vm.addr(0x6a4d);

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        deploy();
        fund(alice, 300_000 ether);
        fund(bob, 200_000 ether);
        fund(carol, 100_000 ether);
        fund(dave, 50_000 ether);
        fund(eve, 10_000 ether);
        keeper.transfer(address(treasury), 200_000 ether);
        vm.warp(block.timestamp + 1);
    }

    function deploy() internal {
        keeper = new KeeperToken(address(this), SUPPLY);
        timelock = new TimelockController(TIMELOCK_DELAY, new address[](0), new address[](0), address(this));
        vault = new BondVault(keeper, address(timelock));
        reputation = new Reputation();
        governor = new ZooGovernor(keeper, timelock, vault, guardian);
        registry = new ExperienceRegistry(address(timelock), governor, vault, reputation, keeper);
        treasury = new Treasury(address(timelock), keeper, vault);
        keeper.bind(address(vault));
        vault.bind(address(governor), address(registry));
        reputation.bind(address(registry));
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.grantRole(timelock.EXECUTOR_ROLE(), address(governor));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
    }

    /// @dev Everybody who was ever funded.
    address[] private _funded;

    /// @notice Gives tokens, delegates them to their holder, lets the vault take stakes.
    function fund(address account, uint256 amount) internal {
        _funded.push(account);
        keeper.transfer(account, amount);
        vm.startPrank(account);
        keeper.delegate(account);
        keeper.approve(address(vault), type(uint256).max);
        vm.stopPrank();
    }

    // -------------------------------------------------------------------------------------- a proposal's life

    function planOf(address target, bytes memory data, string memory description) internal pure returns (Plan memory) {
        address[] memory targets = new address[](1);
        bytes[] memory calldatas = new bytes[](1);
        targets[0] = target;
        calldatas[0] = data;
        return Plan(targets, new uint256[](1), calldatas, description);
    }

    /// @notice A general proposal that changes nothing of weight.
    function smallPlan(string memory description) internal view returns (Plan memory) {
        return planOf(address(governor), abi.encodeCall(governor.setProposalThreshold, (0)), description);
    }

    function idOf(Plan memory plan) internal view returns (uint256) {
        return governor.getProposalId(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description)));
    }

    function propose(address proposer, Plan memory plan) internal returns (uint256) {
        vm.prank(proposer);
        return governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
    }

    function open(uint256 proposalId) internal {
        vm.warp(governor.proposalSnapshot(proposalId) + 1);
    }

    function vote(address voter, uint256 proposalId, uint8 support) internal {
        vm.prank(voter);
        governor.castVote(proposalId, support);
    }

    function close(uint256 proposalId) internal {
        vm.warp(governor.proposalDeadline(proposalId) + 1);
    }

    function queue(Plan memory plan) internal {
        governor.queue(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description)));
    }

    function execute(Plan memory plan) internal {
        governor.execute(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description)));
    }

    function cancel(address caller, Plan memory plan) internal {
        vm.prank(caller);
        governor.cancel(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description)));
    }

    /// @notice Alice proposes; alice and bob vote for: 500,000 of 1,000,000.
    function succeed(Plan memory plan) internal returns (uint256 proposalId) {
        proposalId = propose(alice, plan);
        open(proposalId);
        vote(alice, proposalId, FOR);
        vote(bob, proposalId, FOR);
        close(proposalId);
    }

    function ripen(Plan memory plan) internal {
        queue(plan);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
    }

    function pass(Plan memory plan) internal returns (uint256 proposalId) {
        proposalId = succeed(plan);
        ripen(plan);
        execute(plan);
    }

    /// @notice Alice proposes; alice is for, bob and carol are against.
    function fail(Plan memory plan) internal returns (uint256 proposalId) {
        proposalId = propose(alice, plan);
        open(proposalId);
        vote(alice, proposalId, FOR);
        vote(bob, proposalId, AGAINST);
        vote(carol, proposalId, AGAINST);
        close(proposalId);
    }

    function govern(address target, bytes memory data) internal returns (uint256 proposalId) {
        return pass(planOf(target, data, vm.toString(block.timestamp)));
    }

    function stateOf(uint256 proposalId) internal view returns (uint256) {
        return uint256(governor.state(proposalId));
    }

    function isIn(uint256 proposalId, IGovernor.ProposalState expected) internal view {
        equal(uint256(governor.state(proposalId)), uint256(expected), "state of the proposal");
    }

    // ------------------------------------------------------------------------------------------------ library

    function updateOf(uint64 seq) internal pure returns (IExperienceRegistry.Update memory) {
        return IExperienceRegistry.Update({
            seq: seq,
            size: 3,
            commitHash: commitOf(seq),
            recordsRoot: keccak256(abi.encode("records", seq)),
            mapRoot: keccak256(abi.encode("map", seq)),
            logRoot: keccak256(abi.encode("log", seq)),
            cidDigest: keccak256(abi.encode("cid", seq)),
            arweaveId: keccak256(abi.encode("arweave", seq)),
            previous: seq == 1 ? bytes32(0) : commitOf(seq - 1)
        });
    }

    function commitOf(uint64 seq) internal pure returns (bytes32) {
        return keccak256(abi.encode("commit", seq));
    }

    function updatePlan(
        IExperienceRegistry.Update memory update,
        uint256[] memory accepted,
        uint256[] memory rejected,
        string memory description
    ) internal view returns (Plan memory) {
        return planOf(address(registry), abi.encodeCall(registry.publish, (update, accepted, rejected)), description);
    }

    function none() internal pure returns (uint256[] memory) {
        return new uint256[](0);
    }

    function only(uint256 id) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](1);
        ids[0] = id;
    }

    function publishNext() internal returns (uint256 proposalId) {
        return publishWith(none(), none());
    }

    function publishWith(uint256[] memory accepted, uint256[] memory rejected) internal returns (uint256 proposalId) {
        return pass(updatePlan(updateOf(registry.versionCount() + 1), accepted, rejected, "update"));
    }

    function submit(address contributor) internal returns (uint256) {
        vm.prank(contributor);
        return registry.submit(keccak256(abi.encode(contributor, block.timestamp)), keccak256("cid"));
    }

    function fundRewards(uint256 amount) internal {
        keeper.approve(address(vault), amount);
        vault.fundRewards(amount);
    }

    function statusOf(uint256 proposalId) internal view returns (uint256) {
        return uint256(vault.bond(proposalId).status);
    }

    /// @notice The vault holds exactly what it owes to somebody.
    function vaultIsWhole() internal view {
        vaultIsWhole(0);
    }

    /// @param unclaimed Shares of defeated stakes that nobody has claimed.
    function vaultIsWhole(uint256 unclaimed) internal view {
        uint256 staked;
        uint256 earned;
        for (uint256 index = 0; index < _funded.length; ++index) {
            staked += keeper.stakedOf(_funded[index]);
            earned += vault.owed(_funded[index]) - vault.refundedOf(_funded[index]);
        }
        equal(keeper.totalStaked(), staked, "all stakes");
        equal(
            keeper.balanceOf(address(vault)),
            staked + earned + unclaimed + vault.rewardPool(),
            "the vault holds what it owes"
        );
    }

    function permitOf(uint256 key, uint256 amount) internal view returns (IBondVault.StakePermit memory) {
        address owner = vm.addr(key);
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        uint256 deadline = block.timestamp + 1 hours;
        bytes32 message = keccak256(abi.encode(typehash, owner, address(vault), amount, keeper.nonces(owner), deadline));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked(hex"1901", keeper.DOMAIN_SEPARATOR(), message)));
        return IBondVault.StakePermit({deadline: deadline, v: v, r: r, s: s});
    }
}
