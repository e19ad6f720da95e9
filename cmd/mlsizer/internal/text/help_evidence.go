package text

var calibrateLong = T(`Calibrate fits constants of the step time to measured runs. Three runs of your
own already improve the estimates for your training framework and device.
Without --fit it adds an entry for each stack and device of the file, with one
constant per three rows, and keeps only what is significant. The fit minimises
Huber's loss of log(predicted/measured) within bounds, and is deterministic.
--refit fits all constants that measurements determine and makes the bands, as
for the shipped constants (without --from: to the shipped measurements);
--leave-out names the groups of rows that each scoring fit leaves out. A file of
serving measurements fits the constants of serving in the same way.`, `Calibrate 按实测的训练拟合单步时间的常数：自有的三条记录就能改进对所用训练
框架与设备的估计。不给 --fit 时，对文件中的每个训练框架与设备各加一项，每三行
拟合一个常数，只保留显著的改进。拟合在界限内最小化 log(预测/实测) 的 Huber
损失，结果是确定的。--refit 拟合由实测决定的全部常数并生成区间，与内置常数的
做法相同（不给 --from 时用内置的实测）；--leave-out 给出各次评分拟合所留出的
行的分组。推理实测的文件以同样方式拟合推理常数。`)
