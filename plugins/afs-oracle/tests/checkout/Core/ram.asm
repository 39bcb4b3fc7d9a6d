; =========================================================
; WORK RAM
; =========================================================

; Screen that the hero is on
; LENGTH: 0x02
Screen          = $7E008A

; Where the hero stands
HeroY           = $7E0020 ; rows from the top
HeroX           = $7E0022 ; columns from the left

; Buttons that are held
; .... udlr
;   u - up
;   d - down
;   l - left
;   r - right
Held            = $7E00F2

; Whether a roof is above
;   0x00 - outdoors
;   0x01 - indoors
Roof            = $7E001B

; Probably a timer of the boat
BoatTimer       = $7E0300

!Water          = $0400
!Song           = $BC
!Wick           = $10 ; frames that a wick burns

; ---------------------------------------------------------
; Story bits
; ---------------------------------------------------------
!Story_Met      = $01 ; bit 0 - met the keeper
!Story_Bell     = $02 ; bit 1 - rang the bell

struct Boat $7E0500
{
  .x: skip 2 ; left edge
  .y: skip 2
}
endstruct

struct Crab
.kind: skip 1
.claws: skip 2
endstruct
