; Macros that build table rows. None of them changes a register width.

; One row of a shop: item number, packed price, stock.
macro shop_row(item, price, stock)
  db <item>
  dw <price>
  db <stock>
endmacro

; One stop of a timetable: bell, room, x in tiles, y in tiles.
macro stop_at(bell, room, tile_x, tile_y)
  db <bell>, <room>, <tile_x>, <tile_y>
endmacro

; One palette colour from 5-bit red, green and blue.
macro colour(red, green, blue)
  dw <red>+(<green>*32)+(<blue>*1024)
endmacro
