-- Two people for media_http_test.c, applied after the product's own migrations.

INSERT INTO unit (hq_id, id, code, name, kind, search_text)
VALUES (1, /*sqlite:x'01010101010101010101010101010101'*/ /*pg:'\x01010101010101010101010101010101'*/,
    'U1', '测试单位', 'department', '测试单位');
INSERT INTO person (hq_id, id, unit_id, name, search_text)
VALUES (1, /*sqlite:x'0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a'*/ /*pg:'\x0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a'*/,
    /*sqlite:x'01010101010101010101010101010101'*/ /*pg:'\x01010101010101010101010101010101'*/, '甲', '甲');
INSERT INTO person (hq_id, id, unit_id, name, search_text)
VALUES (1, /*sqlite:x'0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b'*/ /*pg:'\x0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b'*/,
    /*sqlite:x'01010101010101010101010101010101'*/ /*pg:'\x01010101010101010101010101010101'*/, '乙', '乙');
