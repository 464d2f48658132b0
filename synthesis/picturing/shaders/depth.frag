#version 330
// Shadow map and shadow on the ground: only the cut of the garment matters.
in vec2 v_cut;
out vec4 colour;

void main() {
    if (v_cut.x < 0.0) discard;
    colour = vec4(1.0);
}
