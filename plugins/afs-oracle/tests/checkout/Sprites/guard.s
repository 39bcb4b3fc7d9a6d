; Der Wächter

!Health = 08 ; hit points
!Boss = 01 ; 1 = a boss

guard_main:	; Öffnet die Tür nach Süden.
	php
	sep #$30
	lda #$01
	sta $7e0020,x
	jsl Vendor_Main
.door
	lda [$04],y
	sta !Water
	dec HeroY
	plp
	rtl
