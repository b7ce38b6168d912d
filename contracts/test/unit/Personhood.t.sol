// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPersonhood} from "../../src/interfaces/IPersonhood.sol";
import {BrightIdPersonhood} from "../../src/personhood/BrightIdPersonhood.sol";
import {IWorldId, WorldIdPersonhood} from "../../src/personhood/WorldIdPersonhood.sol";
import {LocalWorldId} from "../mocks/LocalWorldId.sol";
import {Test} from "../Test.sol";

/// @notice Proofs of World ID, by a local verifier of the same shape.
contract WorldIdPersonhoodTest is Test {
    LocalWorldId private worldId = new LocalWorldId();
    WorldIdPersonhood private persons = new WorldIdPersonhood(worldId, 1, "app_zoo", "contribute");
    address private alice = address(0xa11ce);

    function proofFor(address account, uint256 nullifier) private view returns (uint256[8] memory) {
        uint256 signal = uint256(keccak256(abi.encodePacked(account))) >> 8;
        return worldId.prove(7, 1, signal, nullifier, persons.EXTERNAL_NULLIFIER());
    }

    function test_refusesNoVerifier() public {
        vm.expectRevert(IPersonhood.PersonhoodZeroAddress.selector);
        new WorldIdPersonhood(IWorldId(address(0)), 1, "app_zoo", "contribute");
    }

    function test_hashesAppAndActionAsWorldIdDoes() public view {
        uint256 app = uint256(keccak256("app_zoo")) >> 8;
        equal(persons.EXTERNAL_NULLIFIER(), uint256(keccak256(abi.encodePacked(app, "contribute"))) >> 8, "nullifier");
    }

    function test_takesAProof() public {
        isFalse(persons.isPerson(alice), "before");
        vm.expectEmit(address(persons));
        emit IPersonhood.PersonVerified(alice, 99);
        persons.verify(alice, 7, 99, proofFor(alice, 99));
        isTrue(persons.isPerson(alice), "after");
    }

    function test_refusesAProofForAnotherAccount() public {
        uint256[8] memory proof = proofFor(alice, 99);
        vm.expectRevert(LocalWorldId.InvalidProof.selector);
        persons.verify(address(0xbad), 7, 99, proof);
        isFalse(persons.isPerson(address(0xbad)), "person");
    }

    function test_takesAPersonOnce() public {
        persons.verify(alice, 7, 99, proofFor(alice, 99));
        uint256[8] memory proof = proofFor(address(0xb0b), 99);
        vm.expectRevert(abi.encodeWithSelector(IPersonhood.PersonhoodAlreadyUsed.selector, 99));
        persons.verify(address(0xb0b), 7, 99, proof);
    }
}

/// @notice Verifications of a BrightID node, signed by a key of our own.
contract BrightIdPersonhoodTest is Test {
    uint256 private constant NODE_KEY = 0xb819;
    bytes32 private constant APP = "zoo";
    BrightIdPersonhood private persons;
    address private alice = address(0xa11ce);
    address private bob = address(0xb0b);

    function setUp() public {
        vm.warp(1_800_000_000);
        persons = new BrightIdPersonhood(vm.addr(NODE_KEY), APP);
    }

    function accountsOf(address one) private pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = one;
    }

    function accountsOf(address one, address two) private pure returns (address[] memory accounts) {
        accounts = new address[](2);
        (accounts[0], accounts[1]) = (one, two);
    }

    function verify(address[] memory accounts, uint256 timestamp, uint256 key) private {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(APP, accounts, timestamp)));
        persons.verify(accounts, timestamp, v, r, s);
    }

    /// @dev Through a call of its own, so that a revert can be expected of the whole.
    function verifyOutside(address[] calldata accounts, uint256 timestamp, uint256 key) external {
        verify(accounts, timestamp, key);
    }

    function refused(address[] memory accounts, uint256 timestamp, uint256 key, bytes4 why) private {
        try this.verifyOutside(accounts, timestamp, key) {
            revert NotTrue("it was taken");
        } catch (bytes memory reason) {
            equal(bytes4(reason), why, "reason");
        }
    }

    function test_refusesNoNode() public {
        vm.expectRevert(IPersonhood.PersonhoodZeroAddress.selector);
        new BrightIdPersonhood(address(0), APP);
    }

    function test_takesAVerification() public {
        verify(accountsOf(alice), block.timestamp, NODE_KEY);
        isTrue(persons.isPerson(alice), "person");
        isFalse(persons.isPerson(bob), "bob");
    }

    function test_refusesAnotherSigner() public {
        refused(accountsOf(alice), block.timestamp, 0xbad, IPersonhood.PersonhoodInvalidSignature.selector);
    }

    function test_refusesTheFuture() public {
        refused(accountsOf(alice), block.timestamp + 1, NODE_KEY, IPersonhood.PersonhoodExpired.selector);
    }

    function test_refusesTheLongPast() public {
        uint256 long = block.timestamp - 30 days - 1;
        refused(accountsOf(alice), long, NODE_KEY, IPersonhood.PersonhoodExpired.selector);
    }

    function test_refusesNoAccountsAndTooMany() public {
        bytes4 why = IPersonhood.PersonhoodInvalidAccounts.selector;
        refused(new address[](0), block.timestamp, NODE_KEY, why);
        refused(new address[](33), block.timestamp, NODE_KEY, why);
    }

    function test_holdsFor30Days() public {
        verify(accountsOf(alice), block.timestamp, NODE_KEY);
        vm.warp(block.timestamp + 30 days);
        isTrue(persons.isPerson(alice), "on the last day");
        vm.warp(block.timestamp + 1);
        isFalse(persons.isPerson(alice), "after it");
    }

    function test_movesThePerson() public {
        verify(accountsOf(alice), block.timestamp - 2, NODE_KEY);
        vm.expectEmit(address(persons));
        emit IPersonhood.PersonMoved(alice, bob);
        verify(accountsOf(bob, alice), block.timestamp - 1, NODE_KEY);
        isTrue(persons.isPerson(bob), "bob");
        isFalse(persons.isPerson(alice), "alice");
    }

    function test_refusesAReplay() public {
        verify(accountsOf(alice), block.timestamp, NODE_KEY);
        refused(accountsOf(alice), block.timestamp, NODE_KEY, IPersonhood.PersonhoodAlreadyUsed.selector);
    }

    function test_refusesAReplayForAnAccountThatWasLeft() public {
        verify(accountsOf(alice), block.timestamp - 2, NODE_KEY);
        verify(accountsOf(bob, alice), block.timestamp - 1, NODE_KEY);
        refused(accountsOf(alice), block.timestamp - 2, NODE_KEY, IPersonhood.PersonhoodAlreadyUsed.selector);
        isFalse(persons.isPerson(alice), "one person, one account");
    }

    function test_refusesAMoveThatIsOlderThanAStanding() public {
        verify(accountsOf(alice), block.timestamp, NODE_KEY);
        refused(accountsOf(bob, alice), block.timestamp - 1, NODE_KEY, IPersonhood.PersonhoodAlreadyUsed.selector);
        isTrue(persons.isPerson(alice), "alice, verified later");
        isFalse(persons.isPerson(bob), "one person, one account");
    }
}
