; One entry for each creature kind: none, lurkcrab, gull eel, Regent, warden, islander.

ActorKinds_Vigor:
  db 0, 4, 6, 255, 1, 255

ActorKinds_Force:
  db 0, 2, 3, 6, 0, 0

ActorKinds_Width:
  db 0, 14, 20, 28, 12, 12

ActorKinds_Height:
  db 0, 10, 12, 30, 16, 16

; Object attributes: flip, priority, palette and tile page.
ActorKinds_Attributes:
  db $20, $22, $24, $2B, $26, $28

; First tile of each of the four poses.
ActorKinds_Tiles:
  db $00, $00, $00, $00
  db $40, $42, $44, $46
  db $60, $62, $64, $66
  db $80, $84, $88, $8C
  db $A0, $A2, $A4, $A6
  db $C8, $CA, $CC, $CE

; What a creature leaves behind: item number, cases of 256.
ActorKinds_Drops:
  db !ITEM_NONE, 0
  db !ITEM_BAIT, 96
  db !ITEM_FEATHER, 64
  db !ITEM_SHARD, 255
  db !ITEM_NONE, 0
  db !ITEM_LETTER, 12
