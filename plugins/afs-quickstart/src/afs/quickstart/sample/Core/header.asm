; Cartridge header and vectors.

org $00FFC0
RomTitle:
  db "TIDEWARDEN           "
RomLayout:
  db $20 ; LoROM, slow
  db $02 ; ROM, RAM and battery
  db $0B ; 2 MB
  db $03 ; 8 KB of battery RAM
  db $01 ; region
  db $00 ; maker
  db $02 ; version, see Docs/ReleaseNotes.md
  dw $FFFF ; checksum complement, set by the build
  dw $0000 ; checksum, set by the build

org $00FFE4
RomVectorsNative:
  dw Boot_Irq
  dw Boot_Irq
  dw Boot_Irq
  dw Boot_Nmi
  dw Boot_Irq
  dw Boot_Irq

org $00FFFA
RomVectorsEmulation:
  dw Boot_Irq
  dw Boot_Reset
  dw Boot_Irq
