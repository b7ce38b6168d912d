/** What people who know git try under `zoo ledger`, and what it is called there. */
export const gitWords: Readonly<Record<string, string>> = {
  rm: 'zoo ledger remove <id>',
  delete: 'zoo ledger remove <id>',
  cat: 'zoo ledger show <id>',
  checkout: 'zoo ledger revert <version> --whole',
  restore: 'zoo ledger revert <version> --whole',
  reset: 'zoo ledger revert <version> --whole',
  switch: 'zoo ledger revert <version> --whole',
  rollback: 'zoo ledger revert <version>',
  mv: 'zoo ledger edit <id> --domain <path>',
  branch: 'git branch, since a library lies in git',
  history: 'zoo ledger log',
  grep: 'zoo ledger search <words>',
  find: 'zoo ledger search <words>',
  push: 'zoo publish',
  pull: 'zoo fetch',
  init: 'zoo init',
};
