// If this breaks, a journey by LemonLDAP::NG says nothing about Gatehouse.
import { startLemonLDAP } from "../harness/providers/lemonldap.mjs";
import { prove } from "../harness/providers/proof.mjs";

prove(startLemonLDAP, {
  cannot: ["what is signed: response", "a key that is announced before it is used", "wrong: another audience", "wrong: nothing signed"],
  refusal: /not authori[sz]ed/i,
});
