; Messages. Control bytes: 0 end, 1 new line, 2 wait, 3 player's name, 4 question.

Messages_List:
  dw Message_Nothing, Message_HarrowFirst, Message_HarrowWicks, Message_HarrowPaid
  dw Message_HarrowTruth, Message_PellFirst, Message_PellDebt, Message_PellFree
  dw Message_OrrinFirst, Message_OrrinLost, Message_OrrinFound, Message_OrrinDiscount
  dw Message_VeySilent, Message_VeyEbb, Message_VeyFlood, Message_SmithCold
  dw Message_SmithBusy, Message_SmithDone, Message_SignCauseway, Message_SignCistern
  dw Message_ChestOil, Message_ChestShard, Message_ChestKey, Message_PearlMade
  dw Message_HornFound, Message_HookFound, Message_LedgerFound, Message_WardenThanks
  dw Message_RegentWakes, Message_RegentFalls, Message_BellRings, Message_FishRecord

Message_Nothing:
  db "Only gulls and the wind.", 0

Message_HarrowFirst:
  db "You have salt in your hair, child.", 1
  db "The sea spat you out at slack water.", 2
  db "Bring me three wicks and I will", 1
  db "tell you why it never turned.", 0

Message_HarrowWicks:
  db "No wicks yet? The chandler of", 1
  db "Ferry Stair keeps them dry.", 0

Message_HarrowPaid:
  db "Good wicks. Sit down, ", 3, ".", 2
  db "Four tongues hung in the great bell.", 1
  db "The Regent tore them out to stop", 1
  db "the tide, and drowned the wardens.", 0

Message_HarrowTruth:
  db "I rang no warning that night.", 1
  db "I was asleep. Now you know.", 0

Message_PellFirst:
  db "Ferry is five shells. You have none?", 2
  db "I write it on the slate, then.", 0

Message_PellDebt:
  db "The slate, ", 3, ". All of it or nothing.", 4, 0

Message_PellFree:
  db "Slate is clean. Sail with the ebb.", 0

Message_OrrinFirst:
  db "Look, touch, pay. In that order.", 0

Message_OrrinLost:
  db "My ledger went down the foundry race", 1
  db "with a crate of pots. Twelve years", 1
  db "of debts! Find it and name a price.", 0

Message_OrrinFound:
  db "Wet, but it is all there.", 2
  db "From today a tenth off, for you only.", 0

Message_OrrinDiscount:
  db "Back again? The tenth still stands.", 0

Message_VeySilent:
  db "...", 0

Message_VeyEbb:
  db "That was the ebb call. Who taught you?", 1
  db "The stones of the choir, I suppose.", 2
  db "Come back when the light is clean.", 0

Message_VeyFlood:
  db "Down, up, down, up. The flood answers", 1
  db "to patience, not to breath.", 0

Message_SmithCold:
  db "Forge is cold. Bring eighty shells", 1
  db "and a blade worth the coal.", 0

Message_SmithBusy:
  db "Steel rests until the bell says so.", 0

Message_SmithDone:
  db "Tempered twice. Mind your fingers.", 0

Message_SignCauseway:
  db "CAUSEWAY. Dry at level one and lower.", 1
  db "The keeper pays for no lost boots.", 0

Message_SignCistern:
  db "KELP CISTERN. Sealed by order of", 1
  db "the seven wardens. Mouth opens at ebb.", 0

Message_ChestOil:
  db "A jar of lamp oil, still corked.", 0

Message_ChestShard:
  db "A shard of pearl. It is warm.", 0

Message_ChestKey:
  db "A brass key, green at the teeth.", 0

Message_PearlMade:
  db "Four shards close into one pearl.", 1
  db "You feel hale again.", 0

Message_HornFound:
  db "The Tide Horn! Four notes bind the sea.", 1
  db "Hold the button and breathe slowly.", 0

Message_HookFound:
  db "A gaff hook with sixty feet of line.", 1
  db "It bites into timber and stone.", 0

Message_LedgerFound:
  db "A swollen book: ORRIN AND DAUGHTERS.", 0

Message_WardenThanks:
  db "Is it morning? Lead me up the stair.", 0

Message_RegentWakes:
  db "Another keeper. Do you hear it, ", 3, "?", 1
  db "Silence. I made it. Stay in it.", 0

Message_RegentFalls:
  db "Then let it ring ...", 0

Message_BellRings:
  db "One stroke, and the harbour empties", 1
  db "and fills as it did before you came.", 2
  db "The wardens go home over dry sand.", 0

Message_FishRecord:
  db "Nobody on the Reach has landed a", 1
  db "heavier one. It goes on the wall.", 0
