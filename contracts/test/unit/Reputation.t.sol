// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReputation} from "../../src/interfaces/IReputation.sol";
import {Reputation} from "../../src/Reputation.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice What contributors did, and what they must stake for it.
contract ReputationTest is ZooFixture {
    function count(uint256 accepted, uint256 rejected, uint256 slashed) private {
        vm.startPrank(address(registry));
        for (uint256 done = 0; done < accepted; ++done) {
            reputation.recordAccepted(eve);
        }
        for (uint256 done = 0; done < rejected; ++done) {
            reputation.recordRejected(eve);
        }
        for (uint256 done = 0; done < slashed; ++done) {
            reputation.recordSlashed(eve);
        }
        vm.stopPrank();
    }

    function test_countsEach() public {
        count(3, 2, 1);
        IReputation.Record memory record = reputation.recordOf(eve);
        equal(record.accepted, 3, "accepted");
        equal(record.rejected, 2, "rejected");
        equal(record.slashed, 1, "slashed");
    }

    function test_onlyTheRegistryCounts() public {
        bytes memory why = abi.encodeWithSelector(IReputation.ReputationOnlyRegistry.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(why);
        reputation.recordAccepted(alice);
        vm.expectRevert(why);
        reputation.recordRejected(bob);
        vm.expectRevert(why);
        reputation.recordSlashed(bob);
    }

    function test_bindsOnceByItsDeployer() public {
        Reputation fresh = new Reputation();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IReputation.ReputationOnlyDeployer.selector, alice));
        fresh.bind(alice);
        vm.expectRevert(IReputation.ReputationZeroAddress.selector);
        fresh.bind(address(0));
        fresh.bind(alice);
        vm.expectRevert(IReputation.ReputationAlreadyBound.selector);
        fresh.bind(bob);
    }

    function test_newcomersStakeOnce() public view {
        equal(reputation.stakeMultiplier(eve), 1, "multiplier");
    }

    function test_aRejectionDoubles() public {
        count(0, 1, 0);
        equal(reputation.stakeMultiplier(eve), 2, "multiplier");
    }

    function test_aSlashingTriples() public {
        count(0, 0, 1);
        equal(reputation.stakeMultiplier(eve), 3, "multiplier");
    }

    function test_acceptancesMakeUp() public {
        count(3, 1, 1);
        equal(reputation.stakeMultiplier(eve), 1, "multiplier");
    }

    function test_fiveTimesAtMost() public {
        count(0, 9, 9);
        equal(reputation.stakeMultiplier(eve), 5, "multiplier");
    }
}
