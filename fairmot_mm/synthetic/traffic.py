"""Cyclists and cars that ride along a synthetic street."""

from dataclasses import dataclass, field

import numpy as np

from fairmot_mm.synthetic.car import CAR_REACH, CarLook, draw_car
from fairmot_mm.synthetic.cyclist import (
    CYCLIST_REACH,
    NUM_PEDAL_PHASES,
    CyclistLook,
    draw_cyclist,
)
from fairmot_mm.synthetic.sprite import Sprite
from fairmot_mm.synthetic.street_view import StreetView
from fairmot_mm.synthetic.walk import Walk

# Depth in metres of the lanes to the right and to the left, and speeds in metres per
# second.
_CAR_LANES, _CAR_SPEEDS = (11.2, 14.6), (3.5, 6.5)
_CYCLE_LANES, _CYCLE_SPEEDS = (9.9, 16.3), (2.2, 3.8)
_GAP = 3.0  # metres out of sight before a vehicle comes back
_METRES_PER_TURN = 5.0  # that a cyclist rides while the pedals turn once
_GOLDEN = 0.618034


@dataclass
class Vehicle:
    """A cyclist or car with its way, drawn on first use.

    Args:
        look: Its appearance.
        ride: Its way.
        pixels_per_metre: Resolution of the sprites.
    """

    look: CyclistLook | CarLook
    ride: Walk
    pixels_per_metre: float
    _sprites: dict[int, Sprite] = field(default_factory=dict, init=False)

    def sprite(self, index: int) -> Sprite:
        """Draw the vehicle in a frame.

        Args:
            index: Number of the frame, from 0.
        """
        side = 1 if self.ride.heading[index] > 0 else -1
        turns = self.ride.distance[index] / _METRES_PER_TURN
        is_car = isinstance(self.look, CarLook)
        phase = 0 if is_car else round(turns * NUM_PEDAL_PHASES) % NUM_PEDAL_PHASES
        if phase not in self._sprites:
            if isinstance(self.look, CarLook):
                self._sprites[phase] = draw_car(self.pixels_per_metre, self.look)
            else:
                angle = 2 * np.pi * phase / NUM_PEDAL_PHASES
                self._sprites[phase] = draw_cyclist(
                    self.pixels_per_metre, self.look, side, angle
                )
        return self._sprites[phase]


def plan_traffic(
    view: StreetView,
    num_cyclists: int,
    num_cars: int,
    num_frames: int,
    frame_rate: float,
    rng: np.random.Generator,
) -> list[Vehicle]:
    """Plan the vehicles of a street: first the cyclists, then the cars.

    Vehicles of one kind ride in two lanes, one for each direction. Those of a lane have
    the same speed, so that they never meet. A vehicle that has left the view comes back
    at the other end, with the same identity.

    Args:
        view: The camera; it decides where the image ends.
        num_cyclists: Number of cyclists.
        num_cars: Number of cars.
        num_frames: Length of the video.
        frame_rate: Frames per second.
        rng: Random generator.

    Returns:
        The vehicles.
    """
    seconds = np.arange(num_frames) / frame_rate
    vehicles = []
    for count, lanes, speeds, reach, is_car in (
        (num_cyclists, _CYCLE_LANES, _CYCLE_SPEEDS, CYCLIST_REACH, False),
        (num_cars, _CAR_LANES, _CAR_SPEEDS, CAR_REACH, True),
    ):
        velocities = rng.uniform(*speeds, 2) * [1, -1]
        starts, first = rng.random(2), rng.random()
        for number in range(count):
            lane, place = number % 2, number // 2
            in_lane = (count + 1 - lane) // 2
            half = view.half_width(lanes[lane]) + reach
            # A lane is long enough for all its vehicles.
            length = max(2 * half + _GAP, in_lane * (2 * reach + _GAP))
            start = (starts[lane] + place / in_lane) * length
            distance = abs(velocities[lane]) * seconds
            x = (start + velocities[lane] * seconds) % length - half
            heading = np.full(num_frames, np.sign(velocities[lane]) * np.pi / 2)
            hue = (first + number * _GOLDEN) % 1
            look: CyclistLook | CarLook = CyclistLook.sample(rng, hue)
            if is_car:
                side = 1 if velocities[lane] > 0 else -1
                look = CarLook(side, hue, float(rng.uniform(0.45, 0.8)))
            ride = Walk(x, np.full(num_frames, lanes[lane]), heading, distance)
            vehicles.append(Vehicle(look, ride, view.scale(lanes[lane]) * 1.05))
    return vehicles
