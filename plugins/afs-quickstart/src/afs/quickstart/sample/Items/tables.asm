; What the menu knows of each item.

Item_Names:
  dw Item_NameNone, Item_NameLantern, Item_NameHook, Item_NameHorn
  dw Item_NameRod, Item_NamePot, Item_NameBait, Item_NameOil
  dw Item_NameShard, Item_NameFeather, Item_NameLetter, Item_NameLedger

Item_NameNone:
  db "-", 0
Item_NameLantern:
  db "Storm lantern", 0
Item_NameHook:
  db "Gaff hook", 0
Item_NameHorn:
  db "Tide Horn", 0
Item_NameRod:
  db "Reed rod", 0
Item_NamePot:
  db "Brine pot", 0
Item_NameBait:
  db "Bait tin", 0
Item_NameOil:
  db "Whale-free oil", 0
Item_NameShard:
  db "Pearl shard", 0
Item_NameFeather:
  db "Gull feather", 0
Item_NameLetter:
  db "Bottle letter", 0
Item_NameLedger:
  db "Lost ledger", 0

; Icon tile and palette of each item.
Item_Icons:
  dw $2000, $2401, $2402, $2803, $2C04, $2005, $2406, $2807
  dw $2C08, $2009, $240A, $280B, $2C0C, $200D, $240E, $280F

; 1 when an item can be put on the Y button.
Item_IsTool:
  db 0, 1, 1, 1, 1, 1, 0, 0
  db 0, 0, 0, 0, 0, 0, 0, 0
