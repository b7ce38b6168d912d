import { type Vocabulary, keeper, misdeployed, only, outOfBounds, time } from './word.ts';

const submissionStates = ['absent', 'pending', 'accepted', 'rejected', 'slashed', 'withdrawn'];
const again = 'Another version came into force meanwhile. Propose again.';

/** Errors of ExperienceRegistry, Reputation and the adapters of personhood. */
export const registryWords: Vocabulary = {
  RegistryUnexpectedSequence: ([expected, given]) => ({
    message: `the version in force is not the one that this follows: expected number ${String(expected)}, got ${String(given)}`,
    hint: again,
  }),
  RegistryUnexpectedPrevious: () => ({
    message: 'the version in force is not the one that this follows',
    hint: again,
  }),
  RegistryLibraryTooLarge: ([size, most]) => ({
    message: `the library holds ${String(size)} experiences; the registry takes ${String(most)}`,
    hint: 'Prune it: zoo ledger prune. The limit changes by vote.',
  }),
  RegistryEmptyField: ([field]) => ({
    message: `the registry needs a ${String(field)}`,
    hint: 'Propose a version that was committed and published: zoo publish, zoo propose.',
  }),
  RegistryUnknownVersion: ([seq]) => ({
    message: `no version number ${String(seq)} is in force`,
    hint: '"zoo chain status" shows what is; a version comes into force by zoo propose, zoo vote and zoo execute.',
  }),
  RegistrySuperseded: ([seq, inForce]) => ({
    message: `version ${String(seq)} is no longer in force; version ${String(inForce)} is`,
    hint: 'Check the proof against the version in force, or hand the older one in as its event tells it.',
  }),
  RegistryNoProposal: () => ({
    message: 'a version comes into force by an executed proposal alone',
    hint: 'Propose it: zoo propose.',
  }),
  RegistryUnknownSubmission: ([id]) => ({
    message: `there is no submission ${String(id)}`,
    hint: 'Check its number, and --network (ZOO_NETWORK).',
  }),
  RegistrySubmissionNotPending: ([id, state]) => ({
    message: `submission ${String(id)} is ${submissionStates[Number(state)] ?? String(state)}, no longer pending`,
    hint: 'Nothing more can be done with it.',
  }),
  RegistryTooManySubmissions: ([given, most]) => ({
    message: `a proposal settles at most ${String(most)} submissions, not ${String(given)}`,
    hint: 'Name fewer with --accept and --reject, and the rest in another proposal.',
  }),
  RegistryNotContributor: ([id, caller]) => ({
    message: `submission ${String(id)} is not one of ${String(caller)}`,
    hint: 'Choose the account that submitted it with --wallet (ZOO_WALLET).',
  }),
  RegistryTooEarly: ([id, when]) => ({
    message: `submission ${String(id)} can be taken back from ${time(when)}`,
    hint: 'Wait until then: a proposal may take it in before.',
  }),
  RegistryPersonhoodRequired: ([account]) => ({
    message: `submitting takes proof that ${String(account)} is one person`,
    hint: 'Verify the account with the adapter that governance has set (World ID or BrightID), then submit again.',
  }),
  RegistryInvalidStake: outOfBounds('the stake of a submission', '1 to 100,000 KEEPER', keeper),
  RegistryInvalidPenalty: outOfBounds(
    'what a malicious submission loses',
    'above 0 and at most 100 %',
    (bps) => `${Number(bps) / 100} %`,
  ),
  RegistryInvalidLimits: outOfBounds(
    'the limits of size and words',
    'above 0, at most 1,000,000,000 experiences and 10,000 words',
  ),
  RegistryOnlyGovernance: only('the timelock of a proposal that passed', 'this'),
  RegistryZeroAddress: misdeployed('the registry was given no timelock, vault, reputation or token'),
  ReputationOnlyRegistry: only('the registry', 'counting contributions'),
  ReputationOnlyDeployer: only('who deployed it', 'binding the reputation'),
  ReputationAlreadyBound: misdeployed('the reputation is bound to its registry already'),
  ReputationZeroAddress: misdeployed('the reputation was given no registry'),
  PersonhoodAlreadyUsed: () => ({
    message: 'this proof of a person belongs to another account already',
    hint: 'A person has one account here. Move the proof to this one, or use that one with --wallet (ZOO_WALLET).',
  }),
  PersonhoodExpired: ([when]) => ({
    message: `the proof of a person is of ${time(when)}, which is too old`,
    hint: 'Get a new one from the service that verifies persons.',
  }),
  PersonhoodInvalidSignature: ([signer]) => ({
    message: `the proof of a person is signed by ${String(signer)}, which is not the service that verifies persons`,
    hint: 'Get the proof from that service.',
  }),
  PersonhoodInvalidAccounts: ([count]) => ({
    message: `a proof of a person names at least one account, not ${String(count)}`,
    hint: 'Get a new one from the service that verifies persons.',
  }),
  PersonhoodZeroAddress: misdeployed('the adapter of personhood was given no verifier'),
};
