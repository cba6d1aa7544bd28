//! One picture of a built-in person.

import FaceSynthesis

let person = FaceIdentity(seed: 1, index: 42)
let rgb = FaceRenderer().render(
    identity: person, view: FaceView(seed: 1, identity: 42, image: 0))  // 112 x 112 x 3 bytes
// snippet.hide
precondition(rgb.count == 112 * 112 * 3)
