export { terraformInputs as readInputs, type TerraformInputs as Inputs } from '../../lib/inputs.ts';
