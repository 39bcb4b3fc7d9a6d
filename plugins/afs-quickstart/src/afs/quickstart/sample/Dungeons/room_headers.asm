; Rooms of the four dungeons, thirty-two each, on a plan eight wide and four high.
; A row is: flags (1 dark, 2 flooded, 4 sealed, 8 quiet), water line in tiles,
; flow in tiles per 64 frames, song, open sides, brass-locked sides
; (1 north, 2 east, 4 south, 8 west), enemy set, what the sea chest holds.

RoomHeaders_ByDungeon:
  dw RoomHeaders_KelpCistern
  dw RoomHeaders_GlassLight
  dw RoomHeaders_SaltFoundry
  dw RoomHeaders_UndertowVault

RoomHeaders_Shore:
  db $00, 0, 0, $10, $0F, $00, 21, !ITEM_NONE

RoomHeaders_KelpCistern:
  db $00, 2, 0, $21, $06, $00, 0, !ITEM_NONE ; room 0: mouth of the cistern
  db $00, 2, 0, $21, $08, $00, 1, !ITEM_BAIT
  db $02, 14, 0, $21, $06, $00, 4, !ITEM_NONE
  db $02, 16, -1, $21, $0C, $02, 4, !ITEM_OIL
  db $04, 6, 0, $21, $02, $08, 7, !ITEM_HOOK ; room 4: bailiff's pen, the gaff hook
  db $01, 3, 0, $21, $0C, $00, 2, !ITEM_BRINE_POT
  db $00, 4, 1, $21, $02, $00, 2, !ITEM_NONE
  db $01, 0, 0, $21, $0C, $00, 3, !ITEM_SHARD ; room 7: dry cell
  db $00, 3, 0, $21, $07, $00, 1, !ITEM_NONE
  db $00, 5, 0, $21, $0A, $00, 0, !ITEM_OIL
  db $02, 13, -2, $21, $09, $04, 5, !ITEM_NONE
  db $02, 18, 0, $21, $03, $00, 5, !ITEM_LETTER
  db $00, 7, 0, $21, $0C, $00, 1, !ITEM_NONE
  db $01, 9, 2, $21, $07, $00, 6, !ITEM_NONE
  db $03, 12, 0, $21, $0A, $00, 4, !ITEM_SHARD
  db $00, 1, 0, $21, $0D, $00, 2, !ITEM_BAIT
  db $00, 8, 0, $21, $03, $00, 3, !ITEM_NONE ; room 16: lever gallery
  db $04, 0, 0, $21, $08, $00, 8, !ITEM_NONE
  db $02, 15, 0, $21, $06, $01, 5, !ITEM_BRINE_POT
  db $00, 10, -1, $21, $0A, $00, 0, !ITEM_NONE
  db $01, 6, 0, $21, $0D, $00, 2, !ITEM_NONE
  db $00, 11, 4, $21, $03, $00, 1, !ITEM_FEATHER
  db $03, 17, 0, $21, $0C, $02, 6, !ITEM_OIL
  db $08, 0, 0, $00, $05, $08, 0, !ITEM_NONE ; room 23: shrine of the first warden
  db $00, 4, 0, $21, $02, $00, 3, !ITEM_NONE
  db $01, 2, 0, $21, $0A, $00, 1, !ITEM_BAIT
  db $02, 19, -4, $21, $09, $00, 4, !ITEM_NONE
  db $04, 5, 0, $21, $02, $00, 7, !ITEM_NONE
  db $00, 9, 0, $21, $09, $00, 0, !ITEM_SHARD
  db $02, 20, 0, $21, $02, $00, 5, !ITEM_NONE ; room 29: the well
  db $08, 0, 0, $00, $09, $00, 0, !ITEM_LETTER
  db $05, 3, 0, $2F, $01, $00, 9, !ITEM_NONE ; room 31: den of the gull eel mother

RoomHeaders_GlassLight:
  db $01, 0, 0, $22, $06, $00, 2, !ITEM_NONE ; room 0: lamp room, never lit again
  db $01, 0, 0, $22, $0A, $00, 3, !ITEM_OIL
  db $00, 1, 0, $22, $0C, $00, 10, !ITEM_NONE
  db $00, 0, 0, $22, $02, $00, 10, !ITEM_FEATHER
  db $04, 0, 0, $22, $0C, $00, 11, !ITEM_NONE
  db $01, 2, 0, $22, $06, $00, 1, !ITEM_BAIT
  db $00, 0, 0, $22, $0A, $00, 10, !ITEM_NONE ; room 6: gallery of lenses
  db $01, 0, 0, $2F, $0C, $00, 12, !ITEM_NONE ; room 7: the blind keeper's bed
  db $00, 0, 0, $22, $07, $00, 3, !ITEM_NONE
  db $01, 1, 0, $22, $0C, $00, 0, !ITEM_SHARD
  db $00, 3, 0, $22, $03, $00, 2, !ITEM_NONE
  db $04, 0, 0, $22, $08, $02, 11, !ITEM_OIL
  db $01, 0, 1, $22, $07, $08, 10, !ITEM_NONE
  db $00, 2, 0, $22, $09, $00, 1, !ITEM_LETTER
  db $01, 4, 0, $22, $02, $04, 3, !ITEM_NONE
  db $00, 0, -1, $22, $0D, $00, 2, !ITEM_BRINE_POT
  db $02, 12, 0, $22, $05, $00, 4, !ITEM_NONE ; room 16: flooded cellar
  db $02, 13, 0, $22, $03, $00, 4, !ITEM_OIL
  db $00, 5, 2, $22, $0E, $00, 0, !ITEM_NONE
  db $01, 6, 0, $22, $08, $00, 10, !ITEM_HORN ; room 19: choir, the Tide Horn
  db $00, 0, 0, $22, $07, $00, 1, !ITEM_NONE
  db $05, 1, 0, $22, $0A, $00, 11, !ITEM_BAIT
  db $00, 7, -2, $22, $08, $01, 3, !ITEM_NONE
  db $08, 0, 0, $00, $05, $00, 0, !ITEM_SHARD ; room 23: shrine of the third warden
  db $02, 14, 0, $22, $03, $00, 5, !ITEM_NONE
  db $03, 16, 0, $22, $08, $00, 5, !ITEM_BRINE_POT
  db $00, 8, 4, $22, $03, $00, 2, !ITEM_NONE
  db $01, 3, 0, $22, $0A, $00, 0, !ITEM_NONE
  db $00, 2, 0, $22, $09, $00, 10, !ITEM_FEATHER
  db $00, 1, 0, $22, $02, $00, 3, !ITEM_NONE
  db $01, 9, -4, $22, $08, $02, 1, !ITEM_OIL
  db $08, 0, 0, $00, $01, $08, 0, !ITEM_LETTER ; room 31: store of dead wicks

RoomHeaders_SaltFoundry:
  db $00, 0, 0, $23, $06, $00, 13, !ITEM_NONE ; room 0: gate of the foundry
  db $01, 1, 0, $23, $08, $02, 14, !ITEM_OIL
  db $00, 2, 0, $23, $06, $08, 13, !ITEM_NONE
  db $00, 0, 2, $23, $0C, $00, 8, !ITEM_BRINE_POT
  db $04, 0, 0, $23, $02, $00, 15, !ITEM_NONE ; room 4: crane hall
  db $00, 4, 0, $23, $0A, $00, 14, !ITEM_BAIT
  db $01, 3, 0, $23, $0E, $00, 1, !ITEM_NONE
  db $00, 5, 0, $23, $0C, $00, 8, !ITEM_FEATHER
  db $00, 1, -2, $23, $07, $00, 13, !ITEM_BRINE_POT
  db $01, 0, 0, $23, $0A, $00, 14, !ITEM_NONE
  db $02, 12, 0, $23, $09, $00, 5, !ITEM_SHARD
  db $00, 6, 0, $23, $07, $00, 8, !ITEM_NONE
  db $00, 7, 0, $23, $08, $00, 1, !ITEM_NONE
  db $04, 2, 0, $23, $06, $00, 15, !ITEM_OIL
  db $01, 0, 4, $23, $0D, $00, 13, !ITEM_NONE
  db $00, 3, 0, $23, $01, $00, 14, !ITEM_LETTER
  db $02, 17, 0, $23, $05, $00, 4, !ITEM_NONE ; room 16: cooling basin
  db $02, 18, -4, $23, $06, $00, 4, !ITEM_OIL
  db $00, 0, 0, $23, $08, $00, 13, !ITEM_NONE
  db $01, 5, 0, $23, $07, $00, 8, !ITEM_BAIT
  db $00, 9, 8, $23, $0A, $00, 14, !ITEM_NONE
  db $05, 0, 0, $23, $0D, $02, 15, !ITEM_LANTERN ; room 21: forge of the storm lantern
  db $00, 8, 0, $23, $03, $08, 1, !ITEM_NONE
  db $08, 0, 0, $00, $0C, $00, 0, !ITEM_SHARD ; room 23: shrine of the fifth warden
  db $02, 15, 0, $23, $03, $00, 5, !ITEM_NONE
  db $03, 19, 0, $23, $0B, $00, 5, !ITEM_BRINE_POT
  db $00, 4, -8, $23, $08, $00, 13, !ITEM_NONE
  db $01, 1, 0, $23, $03, $00, 14, !ITEM_NONE
  db $00, 10, 0, $23, $08, $00, 8, !ITEM_LEDGER ; room 28: where Orrin lost her book
  db $02, 21, 0, $23, $03, $00, 4, !ITEM_NONE
  db $04, 3, 0, $2F, $0A, $00, 16, !ITEM_NONE ; room 30: the salt golem's kiln
  db $00, 2, 0, $23, $09, $00, 13, !ITEM_OIL

RoomHeaders_UndertowVault:
  db $02, 20, 0, $24, $06, $00, 17, !ITEM_NONE ; room 0: the drowned stair
  db $02, 22, 0, $24, $0A, $00, 4, !ITEM_OIL
  db $03, 24, -1, $24, $08, $02, 5, !ITEM_NONE
  db $01, 6, 0, $24, $06, $08, 18, !ITEM_BRINE_POT
  db $05, 9, 0, $24, $0A, $00, 19, !ITEM_NONE
  db $02, 18, 0, $24, $0E, $00, 17, !ITEM_BAIT
  db $00, 11, 1, $24, $0A, $00, 18, !ITEM_NONE
  db $01, 7, 0, $24, $0C, $00, 2, !ITEM_SHARD
  db $02, 23, 0, $24, $07, $00, 5, !ITEM_NONE
  db $00, 3, 0, $24, $08, $00, 18, !ITEM_LETTER
  db $04, 8, 0, $24, $06, $00, 19, !ITEM_NONE ; room 10: hall of the seven wardens
  db $02, 21, 2, $24, $0B, $00, 17, !ITEM_OIL
  db $03, 25, 0, $24, $08, $00, 4, !ITEM_NONE
  db $00, 10, 0, $24, $07, $00, 18, !ITEM_FEATHER
  db $01, 4, -2, $24, $0A, $04, 2, !ITEM_NONE
  db $00, 12, 0, $24, $0D, $00, 17, !ITEM_BRINE_POT
  db $02, 26, 0, $24, $07, $00, 5, !ITEM_NONE
  db $01, 5, 0, $24, $0E, $00, 18, !ITEM_BAIT
  db $00, 1, 4, $24, $0D, $00, 19, !ITEM_NONE
  db $02, 16, 0, $24, $02, $00, 17, !ITEM_SHARD
  db $04, 2, 0, $24, $0C, $02, 15, !ITEM_NONE
  db $01, 13, 0, $24, $03, $08, 18, !ITEM_OIL
  db $03, 27, -4, $24, $08, $01, 4, !ITEM_NONE
  db $08, 0, 0, $00, $01, $04, 0, !ITEM_NONE ; room 23: shrine of the last warden
  db $02, 19, 0, $24, $01, $00, 17, !ITEM_LETTER
  db $00, 14, 0, $24, $03, $00, 18, !ITEM_NONE
  db $02, 28, 0, $24, $0B, $00, 5, !ITEM_BRINE_POT
  db $05, 0, 0, $24, $08, $00, 19, !ITEM_NONE
  db $01, 15, 8, $24, $03, $00, 2, !ITEM_OIL
  db $00, 17, 0, $24, $0A, $00, 17, !ITEM_NONE
  db $08, 0, 0, $00, $08, $02, 0, !ITEM_SHARD ; room 30: antechamber, no music
  db $04, 0, 0, $2F, $00, $09, 20, !ITEM_NONE ; room 31: throne of the Brine Regent
