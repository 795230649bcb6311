// Who has an account at the providers. Passwords are the provider's, not ours.
export const people = {
  ines: { id: "ines", password: "kite-and-compass-19", email: "ines.solberg@haldenmarine.example", firstName: "Ines", lastName: "Solberg", groups: ["staff", "harbour-masters"] },
  jonas: { id: "jonas", password: "slack-water-at-six", email: "jonas.lie@haldenmarine.example", firstName: "Jonas", lastName: "Lie", groups: ["staff"] },
  // A guest: the address is of a domain that the organization does not own.
  maria: { id: "maria", password: "borrowed-oilskins-2", email: "maria.duarte@kystdata.example", firstName: "Maria", lastName: "Duarte", groups: ["guests"] },
  // Has an account, but not for our application: the provider answers with a refusal.
  noor: { id: "noor", password: "not-on-the-list-44", email: "noor.aziz@haldenmarine.example", firstName: "Noor", lastName: "Aziz", groups: [], unassigned: true },
};
