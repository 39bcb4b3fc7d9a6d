; Tidewarden: root of the build.
; asar main.asm tidewarden.sfc
; The hack assembles onto a blank 2 MB LoROM image; see Docs/Build.md.

lorom

incsrc "Core/defines.asm"
incsrc "Core/macros.asm"
incsrc "Core/ram.asm"
incsrc "Core/sram.asm"

org $008000
incsrc "Core/boot.asm"
incsrc "Core/header.asm"

org $208000
incsrc "Core/math.asm"
incsrc "Core/random.asm"
incsrc "Core/decimal.asm"
incsrc "Core/input.asm"
incsrc "Core/timers.asm"
incsrc "Core/dma.asm"
incsrc "Core/palette.asm"
incsrc "Core/oam.asm"
incsrc "Core/hdma.asm"
incsrc "Core/save.asm"

org $218000
incsrc "Core/tide.asm"
incsrc "Core/wind.asm"
incsrc "Core/rooms.asm"
incsrc "Core/sound.asm"

org $228000
incsrc "Sprites/actors.asm"
incsrc "Sprites/collision.asm"
incsrc "Sprites/projectiles.asm"
incsrc "Sprites/npc_schedule.asm"
incsrc "Sprites/lurkcrab.asm"
incsrc "Sprites/gull_eel.asm"
incsrc "Sprites/brine_regent.asm"
incsrc "Sprites/tables.asm"

org $238000
incsrc "Items/inventory.asm"
incsrc "Items/lantern.asm"
incsrc "Items/fishing.asm"
incsrc "Items/gaff_hook.asm"
incsrc "Items/tide_horn.asm"
incsrc "Items/shop.asm"
incsrc "Items/tables.asm"

org $248000
incsrc "Dungeons/keys.asm"
incsrc "Dungeons/levers.asm"
incsrc "Dungeons/doors.asm"
incsrc "Dungeons/chart.asm"
incsrc "Dungeons/sluice.asm"
incsrc "Dungeons/room_headers.asm"
incsrc "Dungeons/enemy_sets.asm"

org $258000
incsrc "Menus/hud.asm"
incsrc "Menus/text_box.asm"
incsrc "Menus/item_grid.asm"
incsrc "Menus/file_select.asm"
incsrc "Menus/sea_chart.asm"
incsrc "Menus/layouts.asm"

org $268000
incsrc "Data/dialogue.asm"
incsrc "Data/palettes.asm"
