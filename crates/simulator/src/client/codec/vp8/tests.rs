use super::*;

#[test]
fn a_descriptor_is_read_as_it_was_written() {
    let written = Descriptor {
        starts: true,
        droppable: false,
        picture_id: 0x7ffe,
        tl0: 200,
        tid: 2,
        sync: true,
        key_idx: 17,
    };
    let mut payload = written.bytes().to_vec();
    payload.push(42);

    assert_eq!(Descriptor::read(&payload), Some((written, &[42][..])));
    assert_eq!(Descriptor::read(&payload[..5]), None);
}

#[test]
fn a_descriptor_without_picture_id_is_refused() {
    assert_eq!(Descriptor::read(&[0x90, 0x70, 1, 2, 3, 4, 5]), None);
}

#[test]
fn a_keyframe_tells_its_size() {
    for head in [FrameHead::Key { width: 1280, height: 720 }, FrameHead::Delta] {
        let mut frame = Vec::new();
        head.write(5_000, &mut frame);
        frame.push(9);

        assert_eq!(FrameHead::read(&frame), Some((head, &[9][..])));
    }
}
