import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

/** A shop's shelf: the pack that is chosen is checked. */
function Shelf({ packs, anchor, nodes }) {
  const [chosen, choose] = useState(0);
  return (
    <>
      <h1>Shelf</h1>
      {packs.map(({ name }, index) => (
        <button key={name} onClick={() => choose(index)}>{name}</button>
      ))}
      <medproof-verify code={packs[chosen].code} purpose="buyer" anchor={anchor} nodes={nodes} lang="en">
        The check has not started. Ask the pharmacist about this medicine.
      </medproof-verify>
    </>
  );
}

function Page() {
  const [shop, setShop] = useState(null);
  useEffect(() => {
    fetch("/shop.json").then((answer) => answer.json()).then(setShop);
  }, []);
  return shop && <Shelf {...shop} />;
}

createRoot(document.getElementById("app")).render(<Page />);
